//! Entry points of function `webhook`.

#[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
edge_cloudflare::entry!(webhook::Webhook);

#[cfg(all(target_arch = "wasm32", target_os = "wasi"))]
edge_spin::entry!(webhook::Webhook);
