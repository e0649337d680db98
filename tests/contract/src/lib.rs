//! Entry points of function `contract`: the ports' contract suite on the real runtimes. Test
//! equipment, never deployed.

#[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
edge_cloudflare::entry!(testkit::contract::Contract);

#[cfg(all(target_arch = "wasm32", target_os = "wasi"))]
edge_spin::entry!(testkit::contract::Contract, Copies);
