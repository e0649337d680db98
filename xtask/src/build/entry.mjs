// The Worker: calls the function straight, without the class, the proxies and the promises that
// worker-build's own entry makes for every request. After a panic that entry starts the function over
// with fresh memory, so a request that finds a mark of one goes through it.

import Generated from "./generated.js";

const state = globalThis.__worker_init_state;
const { fetch } = Generated.prototype;

/** A trap of WebAssembly leaves its memory in any state. */
function noted(error) {
  if (error instanceof WebAssembly.RuntimeError) {
    console.error("Critical", error);
    state.criticalError = true;
  }
  throw error;
}

export default {
  fetch(request, env, ctx) {
    if (state.criticalError) return new Generated(ctx, env).fetch(request);
    try {
      const answer = fetch.call({ env, ctx }, request);
      return answer instanceof Promise ? answer.catch(noted) : answer;
    } catch (error) {
      return noted(error);
    }
  },
  scheduled(event, env, ctx) {
    return new Generated(ctx, env).scheduled(event);
  },
};
