//! Animations: every frame is a picture of its own, and of those only what changes is written.

use super::Request;
use super::still::trimmed;
use crate::animation::Animation;
use crate::colour::Colours;
use crate::encode;
use crate::placement::Placement;
use crate::plan::{self, Plan};
use crate::raster::Raster;
use crate::source::{Model, Plane, Sink, Source};
use crate::webp::container::Frame;
use crate::{Error, Limit, Rendered};

/// What is known about an animation before its first frame is decoded.
pub(super) struct Film<'a> {
    /// In pixels.
    pub size: (u32, u32),
    pub frames: u32,
    /// Pixels of all frames together, each as large as the canvas, or as itself if it is larger.
    pub pixels: u64,
    /// From stored to upright.
    pub placement: Placement,
    pub profile: Option<&'a [u8]>,
    /// Bytes that decoding holds.
    pub memory: u64,
}

/// Pixels of frames that do not leave the canvas, see [`Film::pixels`].
pub(super) fn within((width, height): (u32, u32), frames: u32) -> u64 {
    let canvas = u64::from(width) * u64::from(height);
    canvas.saturating_mul(frames.into())
}

impl Request<'_> {
    /// The result for an animation that `open` opens; if the target is none, its first frame.
    pub(super) fn moving<A: Animation>(
        self,
        film: Film,
        open: impl FnOnce() -> Result<(A, u32), Error>,
    ) -> Result<Rendered, Error> {
        self.check_source(film.size)?;
        let kept = match self.is_animated() {
            true => film.frames,
            false => 1,
        };
        if kept > 1 {
            Limit::Frames.check(kept.into(), self.limits.frames.into())?;
            Limit::AnimationPixels.check(film.pixels, self.limits.animation_pixels)?;
        }
        Limit::Memory.check(film.memory, self.limits.memory)?;
        let (mut animation, plays) = open()?;
        let mut scene = Scene::new(self, &film);
        while scene.count < kept {
            let Some(shown) = animation.next()? else {
                break;
            };
            scene.add(Held::new(shown.pixels, film.size), shown.delay)?;
        }
        scene.finish(plays)
    }
}

/// The frames of a result.
struct Scene<'a> {
    request: Request<'a>,
    film: &'a Film<'a>,
    colours: Colours,
    plan: Option<Plan>,
    /// Frames of the source so far.
    count: u32,
    /// The last frame.
    last: Option<Raster>,
    frames: Vec<Frame>,
    /// Bytes of all frames.
    bytes: u64,
}

impl<'a> Scene<'a> {
    fn new(request: Request<'a>, film: &'a Film<'a>) -> Self {
        Self {
            request,
            film,
            // Frames are held as pixels, with alpha or without.
            colours: Colours::read(film.profile, Model::Rgba),
            plan: None,
            count: 0,
            last: None,
            frames: Vec::new(),
            bytes: 0,
        }
    }

    fn add(&mut self, mut source: Held, delay: u32) -> Result<(), Error> {
        self.count += 1;
        let plan = self.plan(&mut source)?;
        // The last frame and this one are compared.
        let held = self.film.memory + plan.pixels() * 8 + self.bytes;
        let raster = self
            .request
            .planned(&mut source, &plan, &self.colours, held)?;
        let changed = match &self.last {
            Some(last) => difference(last, &raster),
            None => Some([0, 0, raster.width, raster.height]),
        };
        match (changed, self.frames.last_mut()) {
            (None, Some(frame)) => frame.delay = frame.delay.saturating_add(delay),
            (None, None) => {}
            // A still picture is encoded by whoever knows its format.
            _ if !self.request.is_animated() => {}
            (Some(area), _) => self.encode(&raster, area, delay)?,
        }
        self.last = Some(raster);
        Ok(())
    }

    /// The first frame decides for all of them.
    fn plan(&mut self, source: &mut Held) -> Result<Plan, Error> {
        if let Some(plan) = self.plan {
            return Ok(plan);
        }
        let transform = self.request.transform;
        let placement = plan::placement(transform, self.film.placement);
        let mut kept = plan::cropped(transform, placement, self.film.size)?;
        if let Some(trim) = transform.trim {
            kept = trimmed(source, kept, trim.tolerance)?;
        }
        let plan = Plan::new(transform, placement, kept);
        self.request.check_plan(&plan)?;
        self.plan = Some(plan);
        Ok(plan)
    }

    fn encode(&mut self, raster: &Raster, area: [usize; 4], delay: u32) -> Result<(), Error> {
        let [x, y, width, height] = area;
        let part = part(raster, area);
        let picture = encode::picture(&part, self.request.target)?;
        let alpha = picture.alpha.as_ref().map_or(0, Vec::len);
        self.bytes += (picture.stream.len() + alpha) as u64 + 64;
        Limit::OutputBytes.check(self.bytes, self.request.limits.output_bytes)?;
        self.frames.push(Frame {
            picture,
            x: x as u32,
            y: y as u32,
            width: width as u32,
            height: height as u32,
            delay,
        });
        Ok(())
    }

    fn finish(self, plays: u32) -> Result<Rendered, Error> {
        let format = self.request.target.format();
        let Some(last) = self.last else {
            return Err(Error::damaged(format, "it has no picture in it"));
        };
        let (width, height) = (last.width as u32, last.height as u32);
        let frames = self.frames.len() as u32;
        let profile = self.colours.kept(self.film.profile);
        if frames > 1 {
            let bytes = encode::animated(&self.frames, (width, height), plays, profile);
            return self.request.finished(bytes, width, height, frames);
        }
        let bytes = encode::still(&last, self.request.target, profile)?;
        self.request.finished(bytes, width, height, 1)
    }
}

/// The smallest area outside of which two pictures are the same, as left, top, width and height;
/// left and top are even, as the container wants them. `None` if they are the same.
fn difference(before: &Raster, after: &Raster) -> Option<[usize; 4]> {
    if before.alpha != after.alpha || before.width != after.width {
        return Some([0, 0, after.width, after.height]);
    }
    let channels = after.channels();
    let length = after.width * channels;
    let rows = || {
        before
            .pixels
            .chunks_exact(length)
            .zip(after.pixels.chunks_exact(length))
    };
    let top = rows().position(|(before, after)| before != after)?;
    let bottom = rows().rposition(|(before, after)| before != after)? + 1;
    let (mut left, mut right) = (after.width, 0);
    for (before, after) in rows().take(bottom).skip(top) {
        let pixels = || {
            before
                .chunks_exact(channels)
                .zip(after.chunks_exact(channels))
        };
        if let Some(first) = pixels().position(|(before, after)| before != after) {
            left = left.min(first);
        }
        if let Some(last) = pixels().rposition(|(before, after)| before != after) {
            right = right.max(last + 1);
        }
    }
    let (left, top) = (left & !1, top & !1);
    Some([left, top, right - left, bottom - top])
}

fn part(raster: &Raster, [x, y, width, height]: [usize; 4]) -> Raster {
    let channels = raster.channels();
    let rows = raster.pixels.chunks_exact(raster.width * channels).skip(y);
    let inside = rows
        .take(height)
        .map(|row| &row[x * channels..(x + width) * channels]);
    Raster {
        width,
        height,
        alpha: raster.alpha,
        pixels: inside.collect::<Vec<_>>().concat(),
    }
}

/// A frame that is unpacked already.
struct Held<'a> {
    pixels: &'a [u8],
    size: (u32, u32),
}

impl<'a> Held<'a> {
    fn new(pixels: &'a [u8], size: (u32, u32)) -> Self {
        Self { pixels, size }
    }
}

impl Source for Held<'_> {
    fn model(&self) -> Model {
        Model::Rgba
    }

    fn planes(&self) -> Vec<Plane> {
        vec![Plane::full(self.size.0, self.size.1, Model::Rgba)]
    }

    fn memory(&self) -> u64 {
        0
    }

    fn decode(&mut self, sink: &mut dyn Sink) -> Result<(), Error> {
        let row = self.size.0 as usize * 4;
        self.pixels
            .chunks_exact(row)
            .for_each(|row| sink.row(0, row));
        Ok(())
    }
}
