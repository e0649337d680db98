//! How large files are next to libwebp's at the same likeness.
//!
//! Not part of every run: it asks `sharp`, which has libwebp inside and is there once `cargo xtask
//! setup` has run. `cargo test --release -p vp8 --test libwebp -- --ignored --nocapture` prints a line
//! for each picture.

mod pictures;

use std::{
    io::Write,
    path::Path,
    process::{Command, Stdio},
};

use pictures::{Picture, decode, noise, scene};

/// Encodes what comes from stdin as libwebp does by default.
const SCRIPT: &str = "
const sharp = require('sharp');
const [width, height, quality] = process.argv.slice(1).map(Number);
const chunks = [];
process.stdin.on('data', (chunk) => chunks.push(chunk)).on('end', async () => {
    const raw = { width, height, channels: 4 };
    const picture = sharp(Buffer.concat(chunks), { raw }).webp({ quality, effort: 4 });
    process.stdout.write(await picture.toBuffer());
});";

fn libwebp(picture: &Picture, quality: f32) -> Vec<u8> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut command = Command::new(root.join("node_modules/.bin/node"));
    let numbers = [
        picture.width.to_string(),
        picture.height.to_string(),
        quality.to_string(),
    ];
    let mut child = command
        .current_dir(&root)
        .args(["-e", SCRIPT])
        .args(numbers)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("node is set up");
    let mut stdin = child.stdin.take().expect("it is piped");
    let pixels = picture.rgba.clone();
    let writer = std::thread::spawn(move || stdin.write_all(&pixels));
    let output = child.wait_with_output().expect("it ends");
    writer.join().expect("no panic").expect("all is read");
    assert!(output.status.success());
    output.stdout
}

/// Luma and both differences of colour, over grey where something shines through.
fn planes(picture: &Picture) -> [Vec<f64>; 3] {
    let channels = picture.rgba.chunks_exact(4).map(|pixel| {
        let opacity = f64::from(pixel[3]) / 255.0;
        let over = |value: u8| f64::from(value) * opacity + 128.0 * (1.0 - opacity);
        let [r, g, b] = [over(pixel[0]), over(pixel[1]), over(pixel[2])];
        let luma = 0.299 * r + 0.587 * g + 0.114 * b;
        [luma, b - luma, r - luma]
    });
    let pixels: Vec<[f64; 3]> = channels.collect();
    [0, 1, 2].map(|plane| pixels.iter().map(|pixel| pixel[plane]).collect())
}

/// Mean structural similarity of squares of 8x8 values, every fourth one.
fn similarity(width: usize, a: &[f64], b: &[f64]) -> f64 {
    let height = a.len() / width;
    let (mut sum, mut count) = (0.0, 0.0);
    for top in (0..height - 7).step_by(4) {
        for left in (0..width - 7).step_by(4) {
            let places = (0..64).map(|i| (top + i / 8) * width + left + i % 8);
            let [mut ma, mut mb, mut aa, mut bb, mut ab] = [0.0; 5];
            for place in places {
                let (x, y) = (a[place], b[place]);
                ma += x / 64.0;
                mb += y / 64.0;
                aa += x * x / 64.0;
                bb += y * y / 64.0;
                ab += x * y / 64.0;
            }
            let (va, vb, covariance) = (aa - ma * ma, bb - mb * mb, ab - ma * mb);
            sum += (2.0 * ma * mb + 6.5) * (2.0 * covariance + 58.5)
                / ((ma * ma + mb * mb + 6.5) * (va + vb + 58.5));
            count += 1.0;
        }
    }
    sum / count
}

/// Bytes, and the similarity of luma and of colour, for some qualities.
fn curve(picture: &Picture, encode: impl Fn(f32) -> Vec<u8>) -> Vec<(f64, [f64; 2])> {
    let source = planes(picture);
    let width = picture.width as usize;
    let qualities = [45.0, 55.0, 65.0, 75.0, 82.0, 90.0, 95.0];
    let point = |quality| {
        let file: Vec<u8> = encode(quality);
        let decoded = planes(&decode(&file));
        let [luma, blue, red] = [0, 1, 2].map(|i| similarity(width, &source[i], &decoded[i]));
        (file.len() as f64, [luma, (blue + red) / 2.0])
    };
    qualities.into_iter().map(point).collect()
}

/// The mean ratio of bytes at the same similarity.
fn ratio(ours: &[(f64, [f64; 2])], theirs: &[(f64, [f64; 2])], kind: usize) -> f64 {
    let at = |wanted: f64| {
        ours.windows(2).find_map(|pair| {
            let [(bytes0, s0), (bytes1, s1)] = [pair[0], pair[1]];
            let share = (wanted - s0[kind]) / (s1[kind] - s0[kind]);
            let bytes = bytes0.ln() + share * (bytes1.ln() - bytes0.ln());
            (0.0..=1.0).contains(&share).then(|| bytes.exp())
        })
    };
    let ratios = theirs
        .iter()
        .filter_map(|(bytes, s)| Some((at(s[kind])? / bytes).ln()));
    let ratios: Vec<f64> = ratios.collect();
    assert!(ratios.len() > 2, "the curves do not overlap");
    (ratios.iter().sum::<f64>() / ratios.len() as f64).exp()
}

/// Bytes of the chunk of opacity.
fn opacity_bytes(file: &[u8]) -> f64 {
    let at = file.windows(4).position(|name| name == b"ALPH");
    let length = at.and_then(|at| file[at + 4..].first_chunk());
    length.map_or(0.0, |length| f64::from(u32::from_le_bytes(*length)))
}

/// Smooth hills with fine grain, like a painted map.
fn terrain(x: u32, y: u32) -> f64 {
    let hills = [(97, 90.0), (41, 40.0), (17, 18.0), (5, 8.0), (1, 5.0)];
    let value = |x: u32, y: u32, seed: u32| f64::from(noise(x ^ seed << 20, y) % 1024) / 1023.0;
    let mut sum = 0.0;
    for (size, height) in hills {
        let (column, row) = (x / size, y / size);
        let (right, down) = (
            f64::from(x % size) / f64::from(size),
            f64::from(y % size) / f64::from(size),
        );
        let at = |dx: u32, dy: u32| value(column + dx, row + dy, size);
        let upper = at(0, 0) * (1.0 - right) + at(1, 0) * right;
        let lower = at(0, 1) * (1.0 - right) + at(1, 1) * right;
        sum += height * (upper * (1.0 - down) + lower * down);
    }
    sum
}

fn map(x: u32, y: u32) -> [u8; 4] {
    let height = terrain(x, y);
    let grid = if x.is_multiple_of(70) || y.is_multiple_of(70) {
        0.5
    } else {
        1.0
    };
    let wall = x % 256 > 180 && y % 192 > 130;
    let [r, g, b] = if wall {
        [1.1, 0.9, 0.8]
    } else {
        [0.7, 1.0, 0.5]
    };
    [r, g, b]
        .map(|part| (height * part * grid + 40.0).clamp(0.0, 255.0) as u8)
        .into_rgba(255)
}

/// A round token with a soft shadow.
fn token(x: u32, y: u32) -> [u8; 4] {
    let distance = ((f64::from(x) - 200.0).powi(2) + (f64::from(y) - 200.0).powi(2)).sqrt();
    let disc = ((180.0 - distance) * 128.0).clamp(0.0, 255.0);
    let shadow = ((196.0 - distance) * 9.0).clamp(0.0, 150.0);
    let [r, g, b, _] = map(x, y);
    [r, g, b].into_rgba(disc.max(shadow) as u8)
}

/// A cloud, transparent to different degrees everywhere.
fn cloud(x: u32, y: u32) -> [u8; 4] {
    let [r, g, b, _] = scene(x, y);
    [r, g, b].into_rgba(((terrain(x, y) - 60.0) * 4.0).clamp(0.0, 255.0) as u8)
}

trait IntoRgba {
    fn into_rgba(self, opacity: u8) -> [u8; 4];
}

impl IntoRgba for [u8; 3] {
    fn into_rgba(self, opacity: u8) -> [u8; 4] {
        [self[0], self[1], self[2], opacity]
    }
}

#[test]
#[ignore = "asks sharp, and takes its time"]
fn files_are_not_larger_than_those_of_libwebp() {
    let kinds: [(&str, u32, pictures::Pixel); 4] = [
        ("map", 640, map),
        ("scene", 400, scene),
        ("token", 400, token),
        ("cloud", 300, cloud),
    ];
    for (name, side, pixel) in kinds {
        let picture = Picture::of(side, side, pixel);
        let ours = curve(&picture, |quality| picture.encode(quality));
        let theirs = curve(&picture, |quality| libwebp(&picture, quality));
        let (luma, colour) = (ratio(&ours, &theirs, 0), ratio(&ours, &theirs, 1));
        let opacity =
            opacity_bytes(&picture.encode(80.0)) / opacity_bytes(&libwebp(&picture, 80.0));
        println!(
            "{name}: at equal luma {luma:.3}, at equal colour {colour:.3}, opacity {opacity:.3}"
        );
        assert!(
            luma <= 1.03 && colour <= 1.03 && (opacity.is_nan() || opacity <= 1.05),
            "{name}"
        );
    }
}
