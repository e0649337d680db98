// Copying an address: the clipboard where the browser gives it, else a selected field, because a
// site without TLS has no clipboard.

const SHOWN_FOR_MS = 2500;

/** Makes `button` copy `address()`; `name` says to a screen reader what was copied. */
export function copies(button, address, name, say) {
  let timer;
  button.addEventListener("click", async () => {
    const copied = await write(address(), button);
    say(copied ? `Copied ${name}.` : `${name} is selected. Copy it with your keyboard or the context menu.`);
    if (!copied) return;
    button.classList.add("copied");
    clearTimeout(timer);
    timer = setTimeout(() => button.classList.remove("copied"), SHOWN_FOR_MS);
  });
}

async function write(address, button) {
  try {
    await navigator.clipboard.writeText(address);
    return true;
  } catch {
    return selectBeside(button, address);
  }
}

/** Shows the address in a field, selected; tells whether the old copy command took it. */
function selectBeside(button, address) {
  let field = button.nextElementSibling;
  if (!field?.classList.contains("by-hand")) {
    field = document.createElement("input");
    field.className = "by-hand";
    field.readOnly = true;
    field.setAttribute("aria-label", "Address to copy");
    button.after(field);
  }
  field.value = address;
  field.focus();
  field.select();
  try {
    return document.execCommand("copy");
  } catch {
    return false;
  }
}
