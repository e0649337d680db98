//! Pictures that the tests make, and what an independent decoder makes of what was encoded.

use image_webp::WebPDecoder;
use vp8::Options;

/// A picture with opacity.
#[derive(Clone, Debug)]
pub struct Picture {
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// Red, green, blue and opacity of each pixel.
    pub rgba: Vec<u8>,
}

impl Picture {
    /// From its pixels.
    pub fn of(width: u32, height: u32, pixel: impl Fn(u32, u32) -> [u8; 4]) -> Self {
        let pixels = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
        let rgba = pixels.flat_map(|(x, y)| pixel(x, y)).collect();
        Self {
            width,
            height,
            rgba,
        }
    }

    /// As a file.
    pub fn encode(&self, quality: f32) -> Vec<u8> {
        vp8::encode_rgba(self.width, self.height, &self.rgba, &Options { quality })
            .expect("it can be encoded")
    }
}

/// The pixel at a place.
pub type Pixel = fn(u32, u32) -> [u8; 4];

/// What a decoder sees.
pub fn decode(file: &[u8]) -> Picture {
    let mut decoder = WebPDecoder::new(std::io::Cursor::new(file)).expect("it is a file");
    let (width, height) = decoder.dimensions();
    let mut samples = vec![0; decoder.output_buffer_size().expect("it fits")];
    decoder.read_image(&mut samples).expect("it is decoded");
    let rgba = if decoder.has_alpha() {
        samples
    } else {
        samples
            .chunks_exact(3)
            .flat_map(|pixel| [pixel[0], pixel[1], pixel[2], 255])
            .collect()
    };
    Picture {
        width,
        height,
        rgba,
    }
}

/// A number that has nothing to do with those of other places.
pub fn noise(x: u32, y: u32) -> u32 {
    let mut value = x.wrapping_mul(0x9e37_79b1) ^ y.wrapping_mul(0x85eb_ca77);
    value ^= value >> 15;
    value = value.wrapping_mul(0x2c1b_3c6d);
    value ^ value >> 12
}

/// Waves, edges and a little noise.
pub fn scene(x: u32, y: u32) -> [u8; 4] {
    let wave = ((f64::from(x) / 9.0).sin() + (f64::from(y) / 13.0).cos()) * 40.0;
    let edge = if (x / 23 + y / 17).is_multiple_of(2) {
        60.0
    } else {
        -20.0
    };
    let value = |offset: f64| (128.0 + wave + edge + offset).clamp(0.0, 255.0) as u8;
    [
        value(10.0),
        value(-20.0),
        value(f64::from(noise(x, y) % 16)),
        255,
    ]
}
