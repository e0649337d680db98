//! One picture: decoded row by row into its resizers, put together, and finished.

use super::Request;
use crate::assemble::assemble;
use crate::colour::Colours;
use crate::effects;
use crate::effects::trim::Finder;
use crate::placement::Placement;
use crate::plan::{self, Plan};
use crate::raster::Raster;
use crate::resize::{Job, Part, Resizer};
use crate::source::{Model, Sink, Source};
use crate::{Colour, Error, Limit, Rendered, Target, encode};

/// Bytes that tables and buffers of decoders and encoders hold, however small the picture is.
const BASE: u64 = 1 << 20;

/// What is known about a stored picture besides its planes.
#[derive(Clone, Copy)]
pub(super) struct Stored<'a> {
    /// In pixels.
    pub size: (u32, u32),
    /// From stored to upright.
    pub placement: Placement,
    pub profile: Option<&'a [u8]>,
}

impl Request<'_> {
    /// The finished file of one picture.
    pub(super) fn picture(
        self,
        source: &mut dyn Source,
        stored: Stored,
    ) -> Result<Rendered, Error> {
        self.check_source(stored.size)?;
        let placement = plan::placement(self.transform, stored.placement);
        let mut kept = plan::cropped(self.transform, placement, stored.size)?;
        if let Some(trim) = self.transform.trim {
            self.check_memory(source.memory())?;
            kept = trimmed(source, kept, trim.tolerance)?;
        }
        let plan = Plan::new(self.transform, placement, kept);
        self.check_plan(&plan)?;
        if self.streams(&plan, source.model()) {
            return self.streamed(source, stored, &plan);
        }
        let colours = Colours::read(stored.profile, source.model());
        let raster = self.planned(source, &plan, &colours, 0)?;
        let bytes = encode::still(&raster, self.target, colours.kept(stored.profile))?;
        self.finished(bytes, raster.width as u32, raster.height as u32, 1)
    }

    /// Decodes and resizes by a plan, then finishes. `held` counts the bytes that are held for it
    /// elsewhere.
    pub(super) fn planned(
        self,
        source: &mut dyn Source,
        plan: &Plan,
        colours: &Colours,
        held: u64,
    ) -> Result<Raster, Error> {
        let jobs = self.jobs(source, plan);
        let resizing: u64 = jobs.iter().map(Resizer::predict).sum();
        // What is resized is put together, and perhaps placed or put on a canvas; then it is encoded.
        let finishing = (plan.pixels() * 8).max(encode::predict(self.target, plan.pixels()));
        self.check_memory(held + source.memory() + resizing + finishing)?;

        let mut resizers = Resizers(jobs.into_iter().map(Resizer::new).collect());
        source.decode(&mut resizers)?;
        let planes = resizers.0.into_iter().map(Resizer::finish);
        let planes = planes.collect::<Option<Vec<_>>>();
        let planes =
            planes.ok_or_else(|| Error::damaged(self.target.format(), "rows are missing"))?;
        let model = source.model();
        let size = (plan.width as usize, plan.height as usize);
        let raster = assemble(model, planes, size, colours.profile());
        Ok(self.finish(raster.simplified().placed(plan.placement), plan))
    }

    /// What is to be made of each plane, which is reduced first as far as that allows.
    pub(super) fn jobs(self, source: &mut dyn Source, plan: &Plan) -> Vec<Job> {
        let coarse =
            self.is_coarse_in_colour() && matches!(source.model(), Model::Ycc | Model::NarrowYcc);
        for (index, plane) in source.planes().iter().enumerate() {
            let finer = if coarse && index > 0 { 2.0 } else { 1.0 };
            source.reduce(index, plan.ratio(plane) * finer);
        }
        let planes = source.planes();
        planes.iter().map(|plane| plan.job(plane)).collect()
    }

    /// Refuses what would need too much memory.
    pub(super) fn check_memory(self, bytes: u64) -> Result<(), Error> {
        Limit::Memory.check(BASE + bytes, self.limits.memory)
    }

    /// Refuses results that are too large.
    pub(super) fn check_plan(self, plan: &Plan) -> Result<(), Error> {
        let (width, height) = plan.size();
        let longest = encode::longest_side(self.target.format());
        Limit::OutputSide.check(width.max(height).into(), longest)?;
        Limit::OutputPixels.check(plan.pixels(), self.limits.output_pixels)
    }

    /// Everything after the resize.
    fn finish(self, mut raster: Raster, plan: &Plan) -> Raster {
        let transform = self.transform;
        let background = self.background();
        if let Some(canvas) = plan.canvas {
            raster = raster.on_canvas(canvas, background);
        }
        if let Some(sigma) = transform.blur {
            effects::blur(&mut raster, sigma.get());
        }
        if let Some(sigma) = transform.sharpen {
            effects::sharpen(&mut raster, sigma.get());
        }
        if let Some(mask) = transform.mask {
            let ratio = transform.dpr.get();
            let line = |border: crate::Border| (border.width.get() as f32 * ratio, border.colour);
            raster = effects::mask(raster, mask.shape, mask.border.map(line));
        }
        let raster = raster.on(background);
        match self.has_alpha() {
            true => raster.simplified(),
            false => raster.on(Colour::WHITE),
        }
    }

    /// Whether the target keeps colour at half the resolution in both directions.
    fn is_coarse_in_colour(self) -> bool {
        matches!(self.target, Target::Jpeg { .. } | Target::Webp { .. })
    }

    /// What is put behind the picture.
    pub(super) fn background(self) -> Colour {
        self.transform.background.unwrap_or(match self.has_alpha() {
            true => Colour::TRANSPARENT,
            false => Colour::WHITE,
        })
    }

    pub(super) fn has_alpha(self) -> bool {
        self.target.format() != crate::Format::Jpeg
    }
}

/// The part of a picture without its border.
pub(super) fn trimmed(source: &mut dyn Source, kept: Part, tolerance: u8) -> Result<Part, Error> {
    let planes = source.planes().into_iter();
    let bounded = planes.map(|plane| (plane, Plan::bounds(kept, &plane)));
    let mut finder = Finder::new(bounded.collect(), tolerance);
    source.decode(&mut finder)?;
    Ok(finder.part().map_or(kept, |part| part.within(kept)))
}

struct Resizers(Vec<Resizer>);

impl Sink for Resizers {
    fn row(&mut self, plane: usize, row: &[u8]) {
        if let Some(resizer) = self.0.get_mut(plane) {
            resizer.push(row);
        }
    }
}
