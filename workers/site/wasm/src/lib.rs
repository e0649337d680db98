//! The entry of function `site`: on Spin only, since Workers serve `static/` by themselves.

#[cfg(target_os = "wasi")]
edge_spin::entry!(site::Site, Embedded);
