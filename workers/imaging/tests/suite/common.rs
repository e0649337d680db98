//! Reading fixtures, and comparing pictures.

use std::path::Path;

use imaging::{Error, Limits, Quality, Rendered, Target, Transform, render};

/// A picture as RGBA with straight alpha.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture {
    pub width: u32,
    pub height: u32,
    pub pixels: Vec<[u8; 4]>,
}

/// The fixture of that name.
pub fn fixture(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite/fixtures");
    std::fs::read(folder.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// What Pillow made.
pub fn expected(name: &str) -> Picture {
    read_png(&fixture(&format!("expected/{name}.png")))
}

/// Renders within the default limits.
pub fn rendered(source: &[u8], transform: &Transform, target: Target) -> Result<Rendered, Error> {
    render(source, transform, target, &Limits::default())
}

/// The picture that comes out, by way of PNG, which loses nothing.
pub fn picture(source: &[u8], transform: &Transform) -> Picture {
    let rendered = rendered(source, transform, Target::Png).unwrap();
    let picture = read_png(&rendered.bytes);
    assert_eq!(
        (rendered.width, rendered.height),
        (picture.width, picture.height)
    );
    picture
}

pub fn quality(quality: u8) -> Quality {
    Quality::new(quality).unwrap()
}

pub fn read_png(bytes: &[u8]) -> Picture {
    let mut decoder = png::Decoder::new(std::io::Cursor::new(bytes));
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    let mut reader = decoder.read_info().unwrap();
    let mut samples = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut samples).unwrap();
    samples.truncate(info.buffer_size());
    Picture::new(info.width, info.height, &samples)
}

impl Picture {
    /// From samples with one to four channels.
    pub fn new(width: u32, height: u32, samples: &[u8]) -> Self {
        let channels = samples.len() / (width * height) as usize;
        let pixel = |pixel: &[u8]| match *pixel {
            [grey] => [grey, grey, grey, 255],
            [grey, alpha] => [grey, grey, grey, alpha],
            [r, g, b] => [r, g, b, 255],
            _ => [pixel[0], pixel[1], pixel[2], pixel[3]],
        };
        Self {
            width,
            height,
            pixels: samples.chunks_exact(channels).map(pixel).collect(),
        }
    }

    /// What one sees of it on a background, which is what counts: transparent pixels have no
    /// colour.
    fn seen(&self) -> impl Iterator<Item = [f64; 3]> {
        self.pixels.iter().map(|pixel| {
            let alpha = f64::from(pixel[3]) / 255.0;
            let below = [90.0, 160.0, 30.0];
            std::array::from_fn(|part| f64::from(pixel[part]) * alpha + below[part] * (1.0 - alpha))
        })
    }

    /// Peak signal-to-noise ratio to another picture, in decibels; 99 if they are the same.
    pub fn psnr(&self, other: &Self) -> f64 {
        assert_eq!((self.width, self.height), (other.width, other.height));
        let squares = self.seen().zip(other.seen()).flat_map(|(a, b)| {
            a.into_iter()
                .zip(b)
                .map(|(a, b)| (a - b) * (a - b))
                .collect::<Vec<_>>()
        });
        let mean = squares.sum::<f64>() / (self.pixels.len() * 3) as f64;
        (10.0 * (255.0 * 255.0 / mean).log10()).min(99.0)
    }
}
