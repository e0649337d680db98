//! The ports of vtta-edge on Spin; the only library that names `spin_sdk`.
//!
//! A request passes through in three steps: [`serve`] turns the platform's request into
//! [`edge::Request`] (headers are looked up on demand, the body is a stream), hands it to the
//! function through [`edge::serve`], and turns the answer back, its body written by a task of its
//! own at the pace of the client.
//!
//! Spin answers up to 16 requests at once in one instance, and a trap kills them all: nothing here
//! panics on input, and requests share nothing but the database connection, which is kept as a
//! finished value and never as a future.

#![allow(
    async_fn_in_trait,
    reason = "the platform is single-threaded; a Send bound would only cost wrappers"
)]

mod fetch;
mod fields;
mod host;
mod incoming;
mod nowhere;
mod objects;
mod outgoing;
mod serve;
mod shelf;
mod sqlite;
mod store;

#[doc(hidden)]
pub use edge;
pub use host::Host;
pub use serve::serve;
#[doc(hidden)]
pub use spin_sdk;
pub use store::{Copies, Embedded, Originals, Storage};

/// Exports the function `$function` (an [`edge::Function`]) as this component's HTTP handler. Its
/// objects are in `$storage` (a [`Storage`]), [`Originals`] where nothing is said.
#[macro_export]
macro_rules! entry {
    ($function:ty) => {
        $crate::entry!($function, Originals);
    };
    ($function:ty, $storage:ident) => {
        mod spin_entry {
            #![allow(unsafe_code, reason = "the component's export is a symbol")]

            use $crate::spin_sdk::wasip3::{
                exports::http::handler::Guest,
                http::types::{ErrorCode, Request, Response},
            };

            struct Entry;

            impl Guest for Entry {
                async fn handle(request: Request) -> Result<Response, ErrorCode> {
                    $crate::serve::<$function, $crate::$storage>(request).await
                }
            }

            $crate::spin_sdk::wasip3::http::service::export!(Entry);
        }
    };
}
