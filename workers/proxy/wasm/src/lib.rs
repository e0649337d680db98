//! Entry points of function `proxy`.

#[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
edge_cloudflare::entry!(proxy::Proxy);

#[cfg(all(target_arch = "wasm32", target_os = "wasi"))]
edge_spin::entry!(proxy::Proxy, Embedded);
