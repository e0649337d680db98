//! Entry points of function `discord`.

#[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
edge_cloudflare::entry!(discord::Discord);

#[cfg(all(target_arch = "wasm32", target_os = "wasi"))]
edge_spin::entry!(discord::Discord);
