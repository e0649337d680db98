// One package as a row. Text goes in as text and addresses as checked links: nothing a package says
// is ever read as HTML.

import { copies } from "./copy.js";
import * as format from "./format.js";

const COLOURS = 8;
const TYPES = { module: "Module", system: "System", world: "World" };

export function row(each, say) {
  const item = document.getElementById("row").content.firstElementChild.cloneNode(true);
  const part = (name) => item.querySelector(`.${name}`);

  part("token").classList.add(TYPES[each.type] ? each.type : "module", `colour-${format.colour(each.id, COLOURS)}`);
  part("token").firstElementChild.textContent = format.initial(each.title);
  part("title").append(each.page ? link(each.page, each.title) : each.title);
  part("type").textContent = TYPES[each.type] ?? each.type;
  part("id").textContent = each.id;
  fill(part("description"), each.description);
  for (const of of item.querySelectorAll(".of")) of.textContent = ` of ${each.title}`;
  aim(part("notes"), each.notes);
  aim(part("download"), each.download);
  if (each.size) part("size").textContent = format.size(each.size);
  part("links").hidden = !each.notes && !each.download;

  part("version").append(each.version, ...(each.channel === "stable" ? [] : [" ", tag(each.channel)]));
  part("released").append(each.published ? time(each.published) : "unknown");
  part("foundry").append(...foundry(each.compatibility));
  part("install").append(...installs(each, say));
  return item;
}

function installs(each, say) {
  const main = button("Copy install URL", each.title, each.manifest, "", say);
  const others = each.others.map((channel) => {
    const label = `Copy ${channel.name} URL`;
    const line = element("div", "other");
    line.append(button(label, each.title, channel.manifest, "quiet", say), element("span", "other-version", channel.version));
    return line;
  });
  return [main, ...others];
}

function button(label, title, address, style, say) {
  const made = element("button", style);
  made.type = "button";
  made.append(element("span", "label", label), element("span", "unseen", ` of ${title}`), element("span", "done", "Copied"));
  made.lastElementChild.setAttribute("aria-hidden", "true");
  copies(made, () => address, `${label.replace("Copy ", "")} of ${title}`, say);
  return made;
}

function foundry(compatibility) {
  const { range, tested } = format.compatibility(compatibility);
  return [range, range && tested && " ", tested && element("span", "tested", tested)].filter(Boolean);
}

function time(date) {
  const made = element("time", "", format.day(date));
  made.dateTime = date.toISOString();
  made.title = date.toLocaleString();
  return made;
}

const tag = (name) => element("span", "tag", name);

function link(address, words) {
  const made = element("a", "", words);
  aim(made, address);
  return made;
}

function aim(anchor, address) {
  if (!address) return;
  anchor.href = address;
  anchor.rel = "noopener nofollow";
  anchor.hidden = false;
}

function fill(target, words) {
  if (!words) return;
  target.textContent = words;
  target.hidden = false;
}

function element(name, style, words = "") {
  const made = document.createElement(name);
  if (style) made.className = style;
  made.textContent = words;
  return made;
}
