//! How much linear memory instances take, and the limit on it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use serde_json::{Value, json};
use wasmtime::ResourceLimiter;

/// What is counted for one component, over all its instances.
#[derive(Debug, Default)]
pub struct Meter {
    peak_bytes: AtomicUsize,
    live: AtomicUsize,
    started: AtomicUsize,
}

/// The limiter of one instance's store; counts into its component's [`Meter`].
pub struct Limits {
    meter: Arc<Meter>,
    max_bytes: Option<usize>,
    bytes: usize,
}

impl Limits {
    /// Counts a new instance, whose memories may each grow to `max_bytes`.
    pub fn new(meter: Arc<Meter>, max_bytes: Option<usize>) -> Self {
        meter.live.fetch_add(1, Relaxed);
        meter.started.fetch_add(1, Relaxed);
        Self {
            meter,
            max_bytes,
            bytes: 0,
        }
    }
}

impl Drop for Limits {
    fn drop(&mut self) {
        self.meter.live.fetch_sub(1, Relaxed);
    }
}

impl ResourceLimiter for Limits {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        if self.max_bytes.is_some_and(|max| desired > max) {
            eprintln!("spin-host: instance memory limit exceeded: {desired} bytes wanted");
            return Ok(false);
        }
        self.bytes += desired - current;
        self.meter.peak_bytes.fetch_max(self.bytes, Relaxed);
        Ok(true)
    }

    fn table_growing(
        &mut self,
        _current: usize,
        _desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        Ok(true)
    }
}

/// The report: per component the largest linear memory that any one instance had, the
/// instances that live now and that ever started; and the host's own peak (Linux only).
pub fn report(meters: &BTreeMap<String, Arc<Meter>>) -> Value {
    let component = |(id, meter): (&String, &Arc<Meter>)| {
        let figures = json!({
            "peak_memory_bytes": meter.peak_bytes.load(Relaxed),
            "live_instances": meter.live.load(Relaxed),
            "started_instances": meter.started.load(Relaxed),
        });
        (id.clone(), figures)
    };
    let components: serde_json::Map<_, _> = meters.iter().map(component).collect();
    json!({ "components": components, "host": { "peak_resident_bytes": peak_resident_bytes() } })
}

fn peak_resident_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim()
        .strip_suffix(" kB")?
        .trim()
        .parse::<u64>()
        .ok()
        .map(|kib| kib * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_the_largest_instance_and_refuses_beyond_the_limit() -> wasmtime::Result<()> {
        let meter = Arc::new(Meter::default());
        let mut first = Limits::new(meter.clone(), Some(300));
        let mut second = Limits::new(meter.clone(), Some(300));
        assert!(first.memory_growing(0, 100, None)?);
        assert!(first.memory_growing(100, 250, None)?);
        assert!(second.memory_growing(0, 200, None)?);
        assert!(!second.memory_growing(200, 301, None)?);
        drop(first);
        let report = report(&BTreeMap::from([("webhook".to_owned(), meter)]));
        let expected = json!({
            "peak_memory_bytes": 250, "live_instances": 1, "started_instances": 2,
        });
        assert_eq!(report["components"]["webhook"], expected);
        Ok(())
    }
}
