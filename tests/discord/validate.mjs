// Whether JSON that this project sends to Discord is what Discord's own
// description of its API takes, by an independent validator.
//
// Standard input is a list of {kind, name, value}; printed is a line for each
// that is wrong. `kind` is `answer` (to an interaction), `edit` (of such an
// answer), `post` (to a channel's webhook) or `commands` (their registration).

import { readFileSync } from "node:fs";
import Ajv from "ajv/dist/2020.js";

const description = JSON.parse(
  readFileSync(new URL("openapi.json", import.meta.url), "utf8"),
);
const reference = (name) => ({ $ref: `discord#/components/schemas/${name}` });

/** The schema of an answer to an interaction, by the answer's type. */
const ANSWERS = {
  1: "PongInteractionCallbackRequest",
  4: "CreateMessageInteractionCallbackRequest",
  5: "CreateMessageInteractionCallbackRequest",
  6: "UpdateMessageInteractionCallbackRequest",
  7: "UpdateMessageInteractionCallbackRequest",
  8: "ApplicationCommandAutocompleteCallbackRequest",
  9: "ModalInteractionCallbackRequest",
};

const SCHEMAS = {
  edit: () => reference("IncomingWebhookUpdateRequestPartial"),
  post: () => reference("IncomingWebhookRequestPartial"),
  commands: () => ({
    type: "array",
    maxItems: 130,
    items: reference("ApplicationCommandUpdateRequest"),
  }),
  answer: (value) => reference(ANSWERS[value?.type] ?? "none"),
};

/** Discord passes over members that it does not know; here they are mistakes. */
function strict(schema) {
  if (Array.isArray(schema)) return schema.map(strict);
  if (schema === null || typeof schema !== "object") return schema;
  const copy = Object.fromEntries(
    Object.entries(schema).map(([name, value]) => [name, strict(value)]),
  );
  if (copy.type === "object" && copy.properties)
    copy.additionalProperties ??= false;
  return copy;
}

// Formats are names of number types and the like; the fake Discord looks at
// addresses and dates.
const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });
ajv.addSchema({ ...strict(description), $id: "discord" });

const compiled = new Map();

/** The check of a schema, made once. */
function checkOf(schema) {
  const name = JSON.stringify(schema);
  if (!compiled.has(name)) compiled.set(name, ajv.compile(schema));
  return compiled.get(name);
}

let input = "";
for await (const piece of process.stdin) input += piece;
const things = JSON.parse(input);
for (const { kind, name, value } of things) {
  let errors;
  try {
    const check = checkOf(SCHEMAS[kind](value));
    errors = check(value) ? [] : check.errors;
  } catch (error) {
    errors = [{ instancePath: "", message: error.message }];
  }
  // Of a choice that nothing fits, the deepest place says most.
  const depth = ({ instancePath }) => instancePath.split("/").length;
  errors.sort((one, other) => depth(other) - depth(one));
  for (const { instancePath, message, params } of errors.slice(0, 4))
    console.log(
      `${kind} ${name}: ${instancePath || "/"} ${message} ${JSON.stringify(params ?? {})}`,
    );
}
console.error(`${things.length} compared`);
