//! A picture that is encoded while it is decoded, so that neither source nor result is ever held: what
//! keeps a map's memory small that is not made smaller.

use super::Request;
use super::still::Stored;
use crate::assemble::assemble;
use crate::colour::Profile;
use crate::encode::Lossy;
use crate::placement::Placement;
use crate::plan::Plan;
use crate::resize::Resizer;
use crate::source::{Model, Sink, Source};
use crate::webp::container;
use crate::{Error, Limit, Quality, Rendered, Target};

/// Rows that are put together at a time: those of a macroblock.
const ROWS: usize = 16;

impl Request<'_> {
    /// The quality, if the result can be encoded row by row: nothing that is asked needs more of it
    /// than a row.
    pub(super) fn streams(self, plan: &Plan, model: Model) -> Option<Quality> {
        let transform = self.transform;
        let is_whole = transform.blur.is_some()
            || transform.sharpen.is_some()
            || transform.mask.is_some()
            || plan.canvas.is_some()
            || plan.placement != Placement::default()
            || (model == Model::Rgba && transform.background.is_some());
        match self.target {
            Target::Webp { quality } if !is_whole => Some(quality),
            _ => None,
        }
    }

    /// Decodes, resizes and encodes at once.
    pub(super) fn streamed(
        self,
        source: &mut dyn Source,
        stored: Stored,
        plan: &Plan,
        quality: Quality,
    ) -> Result<Rendered, Error> {
        let model = source.model();
        let jobs = self.jobs(source, plan);
        let resizing: u64 = jobs.iter().map(Resizer::predict_flowing).sum();
        // Planes and pixels of a few rows, of which one may complete several.
        let rows = u64::from(plan.width) * ROWS as u64 * 16;
        let encoding = crate::encode::predict(self.target, plan.pixels());
        self.check_memory(source.memory() + resizing + rows + encoding)?;
        let profile = stored
            .profile
            .and_then(|profile| Profile::read(profile, model));
        let mut flow = Flow {
            resizers: jobs.into_iter().map(Resizer::flowing).collect(),
            model,
            profile,
            width: plan.width as usize,
            encoder: Lossy::new(plan.width, plan.height, model == Model::Rgba, quality)?,
        };
        source.decode(&mut flow)?;
        flow.pass(1);
        let picture = flow.encoder.finish()?;
        let bytes = container::still(&picture, plan.width, plan.height);
        Limit::OutputBytes.check(bytes.len() as u64, self.limits.output_bytes)?;
        self.finished(bytes, plan.width, plan.height, 1)
    }
}

/// From planes to an encoder.
struct Flow {
    resizers: Vec<Resizer>,
    model: Model,
    profile: Option<Profile>,
    width: usize,
    encoder: Lossy,
}

impl Flow {
    /// Hands rows on that are there in all planes, if there are `least` at least.
    fn pass(&mut self, least: usize) {
        let ready = self.resizers.iter().map(Resizer::ready).min().unwrap_or(0);
        if ready < least {
            return;
        }
        let planes = self.resizers.iter_mut().map(|resizer| resizer.take(ready));
        let size = (self.width, ready);
        let rows = assemble(self.model, planes.collect(), size, self.profile.as_ref());
        self.encoder.push(&rows.pixels);
    }
}

impl Sink for Flow {
    fn row(&mut self, plane: usize, row: &[u8]) {
        if let Some(resizer) = self.resizers.get_mut(plane) {
            resizer.push(row);
        }
        self.pass(ROWS);
    }
}
