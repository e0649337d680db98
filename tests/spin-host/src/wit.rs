//! Bindings of the Spin interfaces in `wit/`.

#![expect(
    missing_docs,
    reason = "generated; the interfaces are documented in wit/"
)]

wasmtime::component::bindgen!({
    path: "wit",
    world: "imports",
    imports: { default: async | trappable },
    with: { "spin:sqlite/sqlite.connection": crate::sqlite::Connection },
    trappable_error_type: {
        "spin:sqlite/sqlite.error" => crate::wit::spin::sqlite::sqlite::Error,
        "spin:variables/variables.error" => crate::wit::spin::variables::variables::Error,
    },
});
