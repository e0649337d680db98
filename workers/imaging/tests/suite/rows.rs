//! Pictures that are encoded while they are decoded: by planes, and beyond what waits for its codes.

use imaging::{Limits, Quality, Side, Target, Transform, render};

use crate::common::{Picture, fixture, picture, quality, read_png};

const JPEG: fn(Quality) -> Target = |quality| Target::Jpeg { quality };

fn read_jpeg(bytes: &[u8]) -> Picture {
    let mut decoder = jpeg_decoder::Decoder::new(bytes);
    let samples = decoder.decode().unwrap();
    let info = decoder.info().unwrap();
    Picture::new(info.width.into(), info.height.into(), &samples)
}

fn sized(width: u32) -> Transform {
    Transform {
        width: Side::new(width).ok(),
        ..Transform::default()
    }
}

/// A bitmap of noise.
fn noise(width: u32, height: u32) -> Vec<u8> {
    let mut file = b"BM\0\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0".to_vec();
    file.extend(width.to_le_bytes());
    file.extend(height.to_le_bytes());
    file.extend([1, 0, 24, 0]);
    file.extend([0; 24]);
    let mut random = 1_u32;
    for _ in 0..(width * 3).next_multiple_of(4) * height {
        random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        file.push((random >> 24) as u8);
    }
    file
}

/// Y, Cb and Cr are resized and written as they are, which has to come to what pixels come to.
#[test]
fn jpeg_to_jpeg_without_pixels_is_the_same_as_with_them() {
    let all = Target::Jpeg {
        quality: quality(95),
    };
    let source = render(
        &fixture("photo.png"),
        &Transform::default(),
        all,
        &Limits::default(),
    );
    let source = source.unwrap().bytes;
    for width in [1, 15, 22, 23, 31, 40, 63, 96] {
        let transform = sized(width);
        let direct = render(&source, &transform, all, &Limits::default()).unwrap();
        let through = picture(&source, &transform);
        let found = read_jpeg(&direct.bytes);
        assert_eq!((found.width, found.height), (through.width, through.height));
        let pixels = render(
            &png(&through),
            &Transform::default(),
            all,
            &Limits::default(),
        );
        let expected = read_jpeg(&pixels.unwrap().bytes);
        let (direct, best) = (found.psnr(&through), expected.psnr(&through));
        assert!(direct > best - 1.0, "{width}: {direct:.1} dB, {best:.1} dB");
    }
}

fn png(picture: &Picture) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, picture.width, picture.height);
    encoder.set_color(png::ColorType::Rgba);
    let mut writer = encoder.write_header().unwrap();
    writer
        .write_image_data(picture.pixels.as_flattened())
        .unwrap();
    writer.finish().unwrap();
    file
}

/// More symbols than wait for their codes.
#[test]
fn a_large_jpeg_of_noise_is_written_whole() {
    let source = noise(1600, 1300);
    let wanted = picture(&source, &Transform::default());
    let limits = Limits::default();
    for value in [100, 97] {
        let made = render(
            &source,
            &Transform::default(),
            JPEG(quality(value)),
            &limits,
        );
        let found = read_jpeg(&made.unwrap().bytes);
        // Colour at half the resolution loses what noise is made of.
        let similarity = found.psnr(&wanted);
        assert!(similarity > 12.0, "{value}: {similarity:.1} dB");
    }
}

/// An RGB profile without any content: nobody can convert from it, and it is not for us to drop it.
#[test]
fn profiles_that_cannot_be_read_are_kept() {
    let mut profile = vec![0; 132];
    profile[..4].copy_from_slice(&132_u32.to_be_bytes());
    profile[8] = 4;
    profile[12..24].copy_from_slice(b"mntrRGB XYZ ");
    profile[36..40].copy_from_slice(b"acsp");
    let mut info = png::Info::with_size(5, 4);
    info.color_type = png::ColorType::Rgba;
    info.bit_depth = png::BitDepth::Eight;
    info.icc_profile = Some(profile.clone().into());
    let mut source = Vec::new();
    let encoder = png::Encoder::with_info(&mut source, info).unwrap();
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(&[100; 80]).unwrap();
    writer.finish().unwrap();
    let quality = quality(80);
    for target in [
        Target::Png,
        Target::Jpeg { quality },
        Target::Webp { quality },
        Target::WebpLossless,
    ] {
        let made = render(&source, &Transform::default(), target, &Limits::default());
        let bytes = made.unwrap().bytes;
        let found = match target {
            Target::Png => {
                let decoder = png::Decoder::new(std::io::Cursor::new(&bytes));
                let reader = decoder.read_info().unwrap();
                reader.info().icc_profile.as_deref().map(<[u8]>::to_vec)
            }
            Target::Jpeg { .. } => {
                let mut decoder = jpeg_decoder::Decoder::new(bytes.as_slice());
                decoder.decode().unwrap();
                decoder.icc_profile()
            }
            _ => {
                let cursor = std::io::Cursor::new(&bytes);
                let mut decoder = image_webp::WebPDecoder::new(cursor).unwrap();
                decoder.icc_profile().unwrap()
            }
        };
        assert_eq!(found.as_ref(), Some(&profile), "{target:?}");
        // And so again from there.
        let again = render(&bytes, &Transform::default(), target, &Limits::default());
        assert_eq!(again.map(|again| again.format), Ok(target.format()));
    }
}

/// Rows of a picture with alpha on a background that has none.
#[test]
fn backgrounds_are_laid_row_by_row() {
    let transform = Transform {
        background: Some(imaging::Colour::WHITE),
        ..Transform::default()
    };
    let source = fixture("token.png");
    let wanted = picture(&source, &transform);
    let limits = Limits {
        // Too little for the picture as a whole.
        memory: 3 << 20,
        ..Limits::default()
    };
    let made = render(&source, &transform, Target::Png, &limits).unwrap();
    assert!(read_png(&made.bytes).psnr(&wanted) > 90.0);
}
