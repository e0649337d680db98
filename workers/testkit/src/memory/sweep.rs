//! Every fault at every point of a run.

use std::fmt;

use super::{Fault, MemoryHost, Operation, Point};

/// What a sweep tried.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tried {
    /// The points of the undisturbed run.
    pub points: Vec<Point>,
    /// Runs with a fault.
    pub runs: usize,
    /// Of these, runs in which the fault happened.
    pub struck: usize,
}

impl fmt::Display for Tried {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of = |operations: &[Operation]| {
            let counted = |point: &&Point| operations.contains(&point.operation);
            self.points.iter().filter(counted).count()
        };
        write!(
            formatter,
            "{} points ({} reads, {} writes, {} outbound), {} runs with a fault, {} struck",
            self.points.len(),
            of(&[
                Operation::Get,
                Operation::GetBody,
                Operation::Head,
                Operation::List
            ]),
            of(&[Operation::Put, Operation::Delete]),
            of(&[Operation::Fetch, Operation::FetchBody]),
            self.runs,
            self.struck,
        )
    }
}

/// Runs `scenario` once undisturbed to count its points, and then once for every point and each of
/// `faults`, every time on a process made by `setup`.
///
/// `scenario` runs the process under faults and must cope with its crash; it then resumes on a
/// [`MemoryHost::peer`] and asserts what must hold in the end. It gets the fault for its messages,
/// `None` in the undisturbed run.
///
/// # Panics
/// Where the undisturbed run has no points, since the sweep would prove nothing.
pub fn sweep(
    faults: &[Fault],
    setup: impl Fn() -> MemoryHost,
    scenario: impl Fn(&MemoryHost, Option<(&Point, Fault)>),
) -> Tried {
    let host = setup();
    scenario(&host, None);
    let mut tried = Tried {
        points: host.points(),
        ..Tried::default()
    };
    assert!(!tried.points.is_empty(), "the scenario has no points");
    for point in &tried.points {
        for &fault in faults {
            let host = setup();
            let number = point.number;
            host.inject(move |reached| (reached.number == number).then_some(fault));
            scenario(&host, Some((point, fault)));
            tried.runs += 1;
            tried.struck += usize::from(host.points().len() > number);
        }
    }
    tried
}
