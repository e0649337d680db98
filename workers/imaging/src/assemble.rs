//! From resized planes to a picture in sRGB.

use crate::colour::Profile;
use crate::raster::Raster;
use crate::source::Model;

/// Puts planes together, which are `width` × `height` samples each, and converts their colours.
pub(crate) fn assemble(
    model: Model,
    mut planes: Vec<Vec<u8>>,
    (width, height): (usize, usize),
    profile: Option<&Profile>,
) -> Raster {
    planes.resize(planes.len().max(4), Vec::new());
    let [first, second, third, fourth, ..] = planes.as_mut_slice() else {
        planes.clear();
        return Raster {
            width,
            height,
            alpha: false,
            pixels: Vec::new(),
        };
    };
    let mut pixels = match model {
        Model::Rgb if second.is_empty() => std::mem::take(first),
        Model::Rgb => interleave([first, second, third]),
        Model::Rgba => std::mem::take(first),
        Model::Grey => match profile {
            Some(profile) => profile.of_grey(first),
            None => first.iter().flat_map(|&grey| [grey; 3]).collect(),
        },
        Model::Ycc => from_ycc([first, second, third]),
        Model::NarrowYcc => from_narrow_ycc([first, second, third]),
        Model::Cmyk => from_cmyk([first, second, third, fourth], profile),
        Model::Ycck => {
            let inks = from_ycc([first, second, third]);
            let (inks, _) = inks.as_chunks::<3>();
            for (index, plane) in [first, second, third].into_iter().enumerate() {
                let places = plane.iter_mut().zip(inks);
                places.for_each(|(place, ink)| *place = 255 - ink[index]);
            }
            let [first, second, third, fourth, ..] = planes.as_slice() else {
                return Raster {
                    width,
                    height,
                    alpha: false,
                    pixels: Vec::new(),
                };
            };
            from_cmyk([first, second, third, fourth], profile)
        }
    };
    let alpha = model == Model::Rgba;
    if let (Some(profile), Model::Rgb | Model::Rgba | Model::Ycc | Model::NarrowYcc) =
        (profile, model)
    {
        profile.convert(&mut pixels, alpha);
    }
    Raster {
        width,
        height,
        alpha,
        pixels,
    }
}

fn interleave(planes: [&[u8]; 3]) -> Vec<u8> {
    let [a, b, c] = planes;
    let samples = a.iter().zip(b).zip(c);
    samples.flat_map(|((a, b), c)| [*a, *b, *c]).collect()
}

/// JFIF 1.02, "Conversion to and from RGB", with 14 bits of fraction.
fn from_ycc(planes: [&[u8]; 3]) -> Vec<u8> {
    let [y, cb, cr] = planes;
    let mut pixels = vec![0; y.len() * 3];
    let samples = y.iter().zip(cb).zip(cr);
    let clamp = |value: i32| value.clamp(0, 255) as u8;
    for (pixel, ((y, cb), cr)) in pixels.as_chunks_mut::<3>().0.iter_mut().zip(samples) {
        let y = (i32::from(*y) << 14) + (1 << 13);
        let (cb, cr) = (i32::from(*cb) - 128, i32::from(*cr) - 128);
        *pixel = [
            clamp((y + 22_970 * cr) >> 14),
            clamp((y - 5_638 * cb - 11_700 * cr) >> 14),
            clamp((y + 29_032 * cb) >> 14),
        ];
    }
    pixels
}

/// BT.601, with the factors of libwebp (dsp/yuv.h).
fn from_narrow_ycc(planes: [&[u8]; 3]) -> Vec<u8> {
    let [y, cb, cr] = planes;
    let mut pixels = vec![0; y.len() * 3];
    let samples = y.iter().zip(cb).zip(cr);
    let high = |value: u8, factor: i32| (i32::from(value) * factor) >> 8;
    let clamp = |value: i32| (value >> 6).clamp(0, 255) as u8;
    for (pixel, ((y, cb), cr)) in pixels.as_chunks_mut::<3>().0.iter_mut().zip(samples) {
        let y = high(*y, 19_077);
        *pixel = [
            clamp(y + high(*cr, 26_149) - 14_234),
            clamp(y - high(*cb, 6_419) - high(*cr, 13_320) + 8_708),
            clamp(y + high(*cb, 33_050) - 17_685),
        ];
    }
    pixels
}

/// From inks, of which 255 is none.
fn from_cmyk(planes: [&[u8]; 4], profile: Option<&Profile>) -> Vec<u8> {
    let [c, m, y, k] = planes;
    let samples = c.iter().zip(m).zip(y.iter().zip(k));
    if let Some(profile) = profile {
        let inks = samples.flat_map(|((c, m), (y, k))| [*c, *m, *y, *k].map(|ink| 255 - ink));
        return profile.of_cmyk(&inks.collect::<Vec<_>>());
    }
    // Without a profile: every ink takes its share of what black leaves, as browsers do it.
    let share = |ink: u8, black: u8| ((u32::from(ink) * u32::from(black) + 127) / 255) as u8;
    let pixels = samples.flat_map(|((c, m), (y, k))| [*c, *m, *y].map(|ink| share(ink, *k)));
    pixels.collect()
}
