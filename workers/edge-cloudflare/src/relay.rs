//! One body for a client and for the store, natively: what the platform holds is passed on and digested
//! by the platform. The function's memory only sees a copy, so that bounds and ends are checked as
//! everywhere.

use std::{cell::Cell, rc::Rc};

use edge::{
    Body, Clock, HostStream, Relay, log,
    relay::{self, Relayed, Sum, Watch},
};
use serde_json::json;
use wasm_bindgen::JsCast;
use worker::js_sys::Uint8Array;

use crate::{
    glue::{self, settled},
    host::Host,
    pump::PumpError,
    stream::NativeStream,
};

impl Relay for Host {
    fn relay(&self, body: Body, watch: impl Watch) -> Relayed {
        let length = body.length();
        let ahead = relay::AHEAD as f64;
        let Ok(relay) = glue::Relay::new(length.map(|length| length as f64), ahead) else {
            return relay::tee(body, watch);
        };
        let digest = Rc::new(Cell::new(None));
        let native = |stream| -> Body {
            let stream: Box<dyn HostStream> = Box::new(NativeStream::new(stream, length));
            Body::Stream(stream)
        };
        let relayed = Relayed {
            client: native(relay.client()),
            stored: native(relay.stored()),
            digest: Rc::clone(&digest),
        };
        let teller = self.clone();
        self.keep_alive(async move {
            let relay = Unfinished(relay);
            if let Err(PumpError::Body(error)) = pass(body, watch, &relay.0, &digest).await {
                let members = json!({ "cause": error.to_string() });
                log::event(&teller, teller.now(), "response body broke off", members);
            }
        });
        relayed
    }
}

/// Passes `body` on to its end.
async fn pass(
    mut body: Body,
    mut watch: impl Watch,
    relay: &glue::Relay,
    digest: &Sum,
) -> Result<(), PumpError> {
    while let Some(piece) = body.next().await {
        let piece = piece.map_err(PumpError::Body)?;
        watch.piece(&piece);
        let passed = match lent(&body) {
            Some(held) if held.length() as usize == piece.len() => relay.pass(&held),
            _ => relay.pass_bytes(&piece),
        };
        drop(piece);
        settled(Ok(passed)).await?;
    }
    watch.end().map_err(PumpError::Body)?;
    let sum: Uint8Array = settled(Ok(relay.digest())).await?.unchecked_into();
    digest.set(sum.to_vec().try_into().ok());
    settled(Ok(relay.close())).await?;
    Ok(())
}

/// The last piece as the platform holds it, where it came from there as it is.
fn lent(body: &Body) -> Option<Uint8Array> {
    body.source()?.downcast_ref::<NativeStream>()?.lend()
}

/// Breaks both streams off unless they have come to their ends.
struct Unfinished(glue::Relay);

impl Drop for Unfinished {
    fn drop(&mut self) {
        self.0.abort();
    }
}
