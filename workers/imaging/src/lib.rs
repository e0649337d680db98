//! Images recognised, measured, transformed and written anew: bytes in, bytes out, no I/O.
//!
//! Nothing is decoded before its header was held against [`Limits`]: what an image will cost is
//! predicted in bytes, and an image that is cut short or contradicts itself is an error, never half
//! a picture. Large sources pass row by row through an integer shrink and a Lanczos filter
//! ([`resize`](crate::Transform)), so that a battle map of 8192² costs a few megabytes.
//!
//! A source gives planes of samples row by row: a JPEG or a lossy WebP its components as they are
//! stored, reduced as far as the result needs. A plan maps the upright result back onto the stored
//! picture, so that cropping, turning and resizing are one pass, which averages whole blocks, then
//! filters with Lanczos, and holds a few rows.
//!
//! Colours are sRGB with straight alpha. Filters work on gamma-encoded values, as browsers and
//! libvips do, with premultiplied alpha. Orientation tags are applied and all metadata is dropped;
//! a colour profile other than sRGB is converted, or kept if it cannot be read.

#![cfg_attr(
    test,
    allow(clippy::unwrap_used, reason = "a test says by it what must not fail")
)]

mod animation;
mod assemble;
mod avif;
mod bmp;
mod colour;
mod effects;
mod encode;
mod error;
mod exif;
mod format;
mod geometry;
mod gif;
mod icc;
mod info;
mod jpeg;
mod lanes;
mod limits;
mod placement;
mod plan;
mod png;
mod raster;
mod render;
mod resize;
mod sniff;
mod source;
mod target;
mod transform;
mod values;
mod webp;

pub use error::{Error, Limit};
pub use format::Format;
pub use info::{Info, Orientation, probe};
pub use limits::Limits;
pub use render::render;
pub use sniff::{SNIFF_BYTES, Sniffed, sniff};
pub use target::{Rendered, Target};
pub use transform::{Border, Crop, Fit, Focus, Mask, MaskShape, Transform, Trim};
pub use values::{Colour, Dpr, Invalid, Quality, Side, Sigma, Turn};
