//! A picture that is encoded while it is decoded, so that neither source nor result is ever held: what
//! keeps a map's memory small that is not made smaller.

use super::Request;
use super::still::Stored;
use crate::assemble::assemble;
use crate::colour::Colours;
use crate::encode::{self, Rows};
use crate::placement::Placement;
use crate::plan::Plan;
use crate::raster::Raster;
use crate::resize::Resizer;
use crate::source::{Model, Sink, Source};
use crate::{Colour, Error, Limit, Rendered, Target};

/// Rows that are put together at a time: those of a macroblock.
const ROWS: usize = 16;

/// Bytes that a pixel with alpha takes, at most, if the picture is held as a whole.
const WHOLE: u64 = 20;

/// Bytes of a file that count as nothing.
const SMALL: u64 = 128 << 10;

impl Request<'_> {
    /// Whether the result is encoded row by row: nothing that is asked needs more of it than a row.
    pub(super) fn streams(self, plan: &Plan, model: Model) -> bool {
        let transform = self.transform;
        let is_whole = transform.blur.is_some()
            || transform.sharpen.is_some()
            || transform.mask.is_some()
            || plan.canvas.is_some()
            || plan.placement != Placement::default();
        // Of a picture that is held it is known whether its alpha can be left out.
        let is_small = plan.pixels() * WHOLE < self.limits.memory;
        !is_whole
            && match self.target {
                Target::Webp { .. } | Target::Jpeg { .. } => true,
                Target::Png => model != Model::Rgba || !is_small,
                Target::WebpLossless => false,
            }
    }

    /// Decodes, resizes and encodes at once.
    pub(super) fn streamed(
        self,
        source: &mut dyn Source,
        stored: Stored,
        plan: &Plan,
    ) -> Result<Rendered, Error> {
        let model = source.model();
        let colours = Colours::read(stored.profile, model);
        let kept = colours.kept(stored.profile);
        let mut jobs = self.jobs(source, plan);
        let is_ycc = model == Model::Ycc && colours.profile().is_none();
        // At the end of an odd side, a sample of colour lies half outside of the picture; where there
        // are but a few, that would show.
        let is_large = plan.width.min(plan.height) >= ROWS as u32;
        let is_planar = is_ycc && is_large && matches!(self.target, Target::Jpeg { .. });
        if is_planar {
            jobs.iter_mut().skip(1).for_each(|job| *job = job.halved());
        }
        let resizing: u64 = jobs.iter().map(Resizer::predict_flowing).sum();
        // Planes and pixels of a few rows. Where the picture is enlarged, one row completes several.
        let burst = jobs.iter().map(Resizer::burst).max().unwrap_or(1);
        let rows = u64::from(plan.width) * (ROWS as u64 + burst) * 16;
        let held = source.memory() + resizing + rows;
        let encoding = encode::predict(self.target, plan.pixels());
        self.check_memory(held + encoding)?;
        let background = self.background();
        let alpha = model == Model::Rgba && self.has_alpha() && background.alpha < 255;
        let size = (plan.width, plan.height);
        let encoder = Rows::new(self.target, size, alpha, kept)?;
        let mut flow = Flow {
            resizers: jobs.into_iter().map(Resizer::flowing).collect(),
            model,
            is_planar,
            colours,
            width: plan.width as usize,
            background,
            alpha,
            encoder,
            request: self,
            held: held + encoding,
            encoding: encoding.max(SMALL),
            result: Ok(()),
        };
        source.decode(&mut flow)?;
        let bytes = flow.finish(size, kept)?;
        Limit::OutputBytes.check(bytes.len() as u64, self.limits.output_bytes)?;
        self.finished(bytes, plan.width, plan.height, 1)
    }
}

/// From planes to an encoder.
struct Flow<'a> {
    resizers: Vec<Resizer>,
    model: Model,
    /// Whether the planes are encoded as they are, the second and the third at half the resolution.
    is_planar: bool,
    colours: Colours,
    width: usize,
    background: Colour,
    /// Whether the result has alpha.
    alpha: bool,
    encoder: Rows,
    request: Request<'a>,
    /// Bytes that everything holds, as predicted, and what of them is the encoder's.
    held: u64,
    encoding: u64,
    /// The first thing that went wrong.
    result: Result<(), Error>,
}

impl Flow<'_> {
    /// Hands rows on that are there in all planes, if there are `least` at least.
    fn pass(&mut self, least: usize) {
        let ready = self.ready();
        if ready < least || self.result.is_err() {
            return;
        }
        self.result = self.encode(match least {
            1 => ready,
            _ => ready - ready % ROWS,
        });
    }

    /// Rows of the result for which all planes have their samples.
    fn ready(&self) -> usize {
        let rows = self.resizers.iter().enumerate().map(|(plane, resizer)| {
            let rows = resizer.ready();
            match self.is_halved(plane) {
                true => rows * 2,
                false => rows,
            }
        });
        rows.min().unwrap_or(0)
    }

    fn is_halved(&self, plane: usize) -> bool {
        self.is_planar && plane > 0
    }

    fn encode(&mut self, rows: usize) -> Result<(), Error> {
        let is_planar = self.is_planar;
        let planes = self.resizers.iter_mut().enumerate();
        let planes = planes.map(|(plane, resizer)| match is_planar && plane > 0 {
            true => resizer.take(rows.div_ceil(2)),
            false => resizer.take(rows),
        });
        let planes: Vec<Vec<u8>> = planes.collect();
        match (&mut self.encoder, planes.as_slice()) {
            (Rows::Jpeg(encoder), [y, cb, cr]) if is_planar => encoder.push_planes([y, cb, cr]),
            (encoder, _) => {
                let size = (self.width, rows);
                let rows = assemble(self.model, planes, size, self.colours.profile());
                encoder.push(&flattened(rows, self.background, self.alpha))?;
            }
        }
        let made = self.encoder.len() as u64;
        Limit::OutputBytes.check(made, self.request.limits.output_bytes)?;
        let unforeseen = encode::grown(made).saturating_sub(self.encoding);
        self.request.check_memory(self.held + unforeseen)
    }

    fn finish(mut self, size: (u32, u32), profile: Option<&[u8]>) -> Result<Vec<u8>, Error> {
        self.pass(1);
        self.result?;
        self.encoder.finish(size, profile)
    }
}

impl Sink for Flow<'_> {
    fn row(&mut self, plane: usize, row: &[u8]) {
        if let Some(resizer) = self.resizers.get_mut(plane) {
            resizer.push(row);
        }
        self.pass(ROWS);
    }
}

/// On its background, with alpha or without.
fn flattened(rows: Raster, background: Colour, alpha: bool) -> Raster {
    let rows = rows.on(background);
    match alpha {
        true => rows.with_alpha(),
        false => rows.on(Colour::WHITE),
    }
}
