//! The ports of vtta-edge on Cloudflare Workers; the only library that names `worker`.
//!
//! [`Host`] implements every port over one invocation's bindings: objects in the R2 bucket bound as
//! `OBJECTS`, variables and secrets from the environment, requests by the runtime's `fetch`.
//! [`entry!`] makes a Worker of a function.
//!
//! Bodies that come from the platform (a stored object, another server's answer) go back to it as
//! they are: they never enter the function's memory unless somebody reads them.

pub mod entry;
mod fetch;
mod glue;
mod host;
mod nearby;
mod objects;
mod pump;
mod request;
mod response;
mod stream;

pub use host::Host;

/// Exports a function ([`edge::Function`]) as a Worker: `entry!(manifest::Manifest);`.
///
/// The crate that does so depends on `worker` itself, whose macros make the exports.
#[macro_export]
macro_rules! entry {
    ($function:path) => {
        #[::worker::event(fetch)]
        async fn fetch(
            request: ::worker::web_sys::Request,
            env: ::worker::Env,
            context: ::worker::Context,
        ) -> ::worker::Result<::worker::web_sys::Response> {
            $crate::entry::fetch::<$function>(request, env, context).await
        }

        #[::worker::event(scheduled)]
        async fn scheduled(
            _event: ::worker::ScheduledEvent,
            env: ::worker::Env,
            context: ::worker::ScheduleContext,
        ) {
            $crate::entry::scheduled::<$function>(env, context).await;
        }
    };
}
