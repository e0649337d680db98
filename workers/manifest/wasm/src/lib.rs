//! Entry points of function `manifest`.

#[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
edge_cloudflare::entry!(manifest::Manifest, Reader);

#[cfg(all(target_arch = "wasm32", target_os = "wasi"))]
edge_spin::entry!(manifest::Manifest, Copies);
