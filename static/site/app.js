// The first page: loads the packages, shows the ones asked for, and says how that went.

import { CatalogueError, loadPackages } from "./catalogue.js";
import { copies } from "./copy.js";
import { generations, select, SETTINGS } from "./filter.js";
import { row } from "./list.js";

const part = (id) => document.getElementById(id);
const tools = part("tools");

let packages = [];
let complete = false;
let loading = null;
/** A row is made once per package and moved, so that focus and "Copied" survive a new search. */
const rows = new Map();

async function load() {
  loading?.abort();
  const mine = (loading = new AbortController());
  packages = [];
  complete = false;
  rows.clear();
  part("list").replaceChildren();
  show("waiting");
  part("count").textContent = "Loading packages…";
  try {
    await loadPackages(arrived, mine.signal);
  } catch (cause) {
    if (!mine.signal.aborted) failed(cause);
  }
}

function arrived(all, isComplete) {
  packages = all;
  complete = isComplete;
  offerGenerations();
  draw();
}

function failed(cause) {
  show(packages.length ? "list" : null);
  part("count").textContent = packages.length ? `Only the first ${packages.length} packages are shown.` : "";
  part("fault-text").textContent = cause instanceof CatalogueError ? cause.message : "Something here is broken.";
  part("fault").hidden = false;
  if (!(cause instanceof CatalogueError)) console.error(cause);
}

function draw() {
  const chosen = select(packages, settings());
  const isEmpty = complete && packages.length === 0;
  show(chosen.length ? "list" : isEmpty ? "empty" : complete ? "nothing" : "waiting");
  tools.hidden = packages.length === 0;
  const focused = document.activeElement;
  part("list").replaceChildren(...chosen.map(rowOf));
  // Moving a row takes the focus from what is in it.
  if (part("list").contains(focused)) focused.focus({ preventScroll: true });
  part("count").textContent = isEmpty ? "" : counted(chosen.length);
}

function rowOf(each) {
  if (!rows.has(each)) rows.set(each, row(each, say));
  return rows.get(each);
}

function counted(shown) {
  const noun = packages.length === 1 ? "package" : "packages";
  const total = `${packages.length}${complete ? "" : "+"} ${noun}`;
  return shown === packages.length ? total : `${shown} of ${total}`;
}

/** Shows one of the page's states and hides the others. */
function show(state) {
  for (const id of ["waiting", "nothing", "empty"]) part(id).hidden = id !== state;
  part("list").hidden = state !== "list";
  part("fault").hidden = true;
  document.body.classList.toggle("is-empty", state === "empty");
}

const settings = () => Object.fromEntries(new FormData(tools));

/** Offers the Foundry generations that packages name, keeping the chosen one. */
function offerGenerations() {
  const choice = tools.elements.core;
  const wanted = choice.value || new URLSearchParams(location.search).get("core");
  const known = generations(packages);
  const options = known.map((number) => new Option(`Foundry ${number}`, number));
  choice.replaceChildren(choice.options[0], ...options);
  choice.value = known.includes(Number(wanted)) ? wanted : "";
}

/** The address carries the settings, so that a search can be shared. */
function remember() {
  const query = new URLSearchParams(Object.entries(settings()).filter(([, value]) => value));
  history.replaceState(null, "", query.size ? `?${query}` : location.pathname);
}

function recall() {
  const query = new URLSearchParams(location.search);
  for (const name of SETTINGS) {
    const field = tools.elements[name];
    field.value = query.get(name) ?? "";
    if (field.selectedIndex === -1) field.selectedIndex = 0;
  }
}

function say(words) {
  part("said").textContent = "";
  // A live region speaks when its text changes, also when the same is copied twice.
  requestAnimationFrame(() => (part("said").textContent = words));
}

let remembering;
tools.addEventListener("input", () => {
  draw();
  clearTimeout(remembering);
  remembering = setTimeout(remember, 250);
});
tools.addEventListener("submit", (event) => event.preventDefault());
part("clear").addEventListener("click", () => {
  tools.reset();
  draw();
  remember();
  tools.elements.q.focus();
});
part("retry").addEventListener("click", () => {
  // The button is about to go; what comes in its place is here.
  part("packages").focus();
  load();
});

part("origin").textContent = location.origin;
part("copy-hook").hidden = false;
copies(part("copy-hook"), () => `${location.origin}/webhooks/github`, "webhook URL", say);

recall();
load();
