//! The cases of work after the response. That it outlives the response, the black-box suite sees
//! by the route `POST /contract/defer`.

use std::time::Duration;

use edge::{Clock, Defer, Objects};

use super::{Outcome, space::Space};

/// How often the case looks, and how long it waits in between, in milliseconds.
const LOOKS: u32 = 100;
const PAUSE: u64 = 50;

pub async fn deferred_work_runs<H>(host: &H) -> Outcome
where
    H: Defer + Objects + Clock + Clone + 'static,
{
    const CASE: &str = "deferred_work_runs";
    let space = Space::new(host, CASE).await?;
    let key = space.key("object");
    let worker = host.clone();
    host.defer(async move {
        worker.sleep(Duration::from_millis(20)).await;
        // Where this fails, the object stays away, which is what the case looks for.
        let _ = worker
            .object_put(&key, "deferred".into(), edge::objects::Put::default())
            .await;
    });
    for _ in 0..LOOKS {
        if space.head("object").await?.is_some() {
            return space.holds("object", b"deferred").await;
        }
        host.sleep(Duration::from_millis(PAUSE)).await;
    }
    Err("the deferred work did not run beside the request".into())
}
