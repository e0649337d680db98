//! Every option, as addresses have it, next to what Pillow makes of the same picture
//! (`workers/imaging/tests/suite/fixtures/make.py`).

use std::{io::Cursor, path::Path};

use imaging::{Limits, Target, Transform, render};

use crate::world::{SITE, World};

/// Options, source, what Pillow made, and the least likeness in decibels. Above 44 nobody sees a
/// difference. The picture is small and hard, so that lossy formats lose much of it: no more
/// than what Pillow's own encoders do with that quality.
#[rustfmt::skip]
const CASES: &[(&str, &str, &str, f64)] = &[
    ("w=40", "photo.png", "width", 50.0),
    ("h=24", "photo.png", "height", 50.0),
    ("w=20,dpr=2", "photo.png", "dpr", 50.0),
    ("max=40", "photo.png", "width", 50.0),
    ("w=40,h=70", "photo.png", "width", 50.0),
    ("w=40,h=70,fit=inside", "photo.png", "width", 50.0),
    ("w=20,h=30,fit=outside", "photo.png", "outside", 50.0),
    ("w=30,h=30,fit=fill", "photo.png", "fill", 48.0),
    ("w=30,h=30,fit=cover", "photo.png", "cover", 50.0),
    ("w=30,h=30,fit=cover,gravity=northeast", "photo.png", "cover-corner", 50.0),
    ("w=20,h=40,fit=cover,gravity=0.3:0.9", "photo.png", "cover-point", 50.0),
    ("w=40,h=40,fit=pad,bg=00f", "photo.png", "pad", 50.0),
    ("w=40,h=40,fit=contain,bg=0000ff", "photo.png", "pad", 50.0),
    ("w=40,h=40,fit=pad", "photo.png", "pad-clear", 50.0),
    ("w=40,h=40,fit=contain,bg=transparent", "photo.png", "pad-clear", 50.0),
    ("w=150,enlarge", "photo.png", "enlarge", 48.0),
    ("crop=20:10:40:60,w=20", "photo.png", "crop", 48.0),
    ("rotate=90", "photo.png", "right", 99.0),
    ("rotate=180", "photo.png", "half", 99.0),
    ("rotate=270", "photo.png", "left", 99.0),
    ("rotate=-90", "photo.png", "left", 99.0),
    ("flip", "photo.png", "flip", 99.0),
    ("flop", "photo.png", "flop", 99.0),
    ("rotate=90,crop=5:10:40:60", "photo.png", "turned-crop", 99.0),
    ("rotate=90,flip", "photo.png", "turned-flip", 99.0),
    ("trim=4", "bordered.png", "trim", 99.0),
    ("trim", "bordered.png", "trim", 99.0),
    ("blur=3", "photo.png", "blur", 44.0),
    ("blur=12", "photo.png", "blur-much", 44.0),
    ("sharpen=2", "photo.png", "sharpen", 44.0),
    ("w=40,h=40,fit=cover,mask=circle", "photo.png", "circle", 48.0),
    ("w=40,h=40,fit=cover,mask=circle,border=4:ff0000", "photo.png", "circle-border", 44.0),
    ("w=20,h=20,dpr=2,fit=cover,mask=circle,border=2:f00", "photo.png", "circle-border", 44.0),
    ("w=48,h=36,fit=cover,mask=circle", "photo.png", "ellipse", 44.0),
    ("w=40,h=40,fit=cover,mask=square,border=4:ff0000", "photo.png", "square-border", 50.0),
    ("bg=f80", "token.png", "background", 60.0),
    ("w=20", "token.png", "token-small", 48.0),
    // Read by a decoder that other tests compare with Pillow's.
    ("w=40,format=png", "photo.png", "width", 50.0),
    ("w=40,format=original", "photo.png", "width", 50.0),
    ("w=40,format=jpeg,q=95", "photo.png", "width", 24.8),
    ("w=40,format=webp,q=95", "photo.png", "width", 24.8),
    ("w=40,format=webp", "photo.png", "width", 24.3),
    ("w=20,format=webp", "token.png", "token-small", 23.7),
    ("format=jpeg,q=95", "token.png", "white", 28.6),
    ("format=png", "wide.png", "wide", 40.0),
    // Presets, smaller than they are.
    ("preset=token,w=40,h=40", "photo.png", "circle", 27.8),
    ("preset=avatar,w=30,h=30", "photo.png", "cover", 24.9),
    ("preset=thumb,w=30,h=30", "photo.png", "cover", 24.6),
    ("preset=tile,max=40", "photo.png", "width", 24.4),
    ("preset=map,max=40", "photo.png", "width", 24.4),
    ("preset=own", "photo.png", "crop", 48.0),
    // However it is stored, it comes out upright.
    ("max=48,format=png", "orientation-1.jpg", "orientation-1", 40.0),
    ("max=48,format=png", "orientation-2.jpg", "orientation-2", 40.0),
    ("max=48,format=png", "orientation-3.jpg", "orientation-3", 40.0),
    ("max=48,format=png", "orientation-4.jpg", "orientation-4", 40.0),
    ("max=48,format=png", "orientation-5.jpg", "orientation-5", 40.0),
    ("max=48,format=png", "orientation-6.jpg", "orientation-6", 40.0),
    ("max=48,format=png", "orientation-7.jpg", "orientation-7", 40.0),
    ("max=48,format=png", "orientation-8.jpg", "orientation-8", 40.0),
];

/// Options that are no business of pixels.
const WITHOUT_PIXELS: &[&str] = &["maxage", "download"];

pub fn fixture(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../imaging/tests/suite/fixtures");
    std::fs::read(folder.join(name)).expect(name)
}

/// Width, height, and the pixels as they look on a coloured ground.
type Seen = (u32, u32, Vec<[f64; 3]>);

fn seen(png: &[u8]) -> Seen {
    let mut decoder = png::Decoder::new(Cursor::new(png));
    decoder.set_transformations(
        png::Transformations::normalize_to_color8() | png::Transformations::ALPHA,
    );
    let mut reader = decoder.read_info().expect("a PNG");
    let mut samples = vec![0; reader.output_buffer_size().expect("its size")];
    let info = reader.next_frame(&mut samples).expect("its pixels");
    let samples = &samples[..info.buffer_size()];
    let channels = info.color_type.samples();
    let pixel = |pixel: &[u8]| {
        let alpha = f64::from(pixel[channels - 1]) / 255.0;
        let part = |index: usize, below: f64| {
            let value = f64::from(pixel[if channels < 4 { 0 } else { index }]);
            value * alpha + below * (1.0 - alpha)
        };
        [part(0, 90.0), part(1, 160.0), part(2, 30.0)]
    };
    let pixels = samples.chunks_exact(channels).map(pixel).collect();
    (info.width, info.height, pixels)
}

/// Peak signal-to-noise ratio, in decibels; 99 where they are the same.
fn psnr(one: &Seen, other: &Seen) -> f64 {
    let pairs = one.2.iter().flatten().zip(other.2.iter().flatten());
    let squares: f64 = pairs.map(|(a, b)| (a - b) * (a - b)).sum();
    let mean = squares / one.2.len() as f64 / 3.0;
    (10.0 * (255.0 * 255.0 / mean).log10()).min(99.0)
}

#[test]
fn every_option_does_what_pillow_does() {
    let world = World::new();
    let own = r#"{"own":"crop=20:10:40:60,w=20,format=png"}"#;
    world.host.set("PROXY_PRESETS", own);
    for (options, source, expected, least) in CASES {
        world.site.put(&format!("/{source}"), "", fixture(source));
        let answer = world.get(&format!("/proxy/o/{options}/{SITE}/{source}"));
        assert_eq!(answer.status, 200, "{options}: {}", answer.text());
        let body = answer.body.expect(options);
        let plain = render(
            &body,
            &Transform::default(),
            Target::Png,
            &Limits::default(),
        );
        let found = seen(&plain.expect(options).bytes);
        let wanted = seen(&fixture(&format!("expected/{expected}.png")));
        assert_eq!(
            (found.0, found.1),
            (wanted.0, wanted.1),
            "{options} of {source}"
        );
        let likeness = psnr(&found, &wanted);
        assert!(
            likeness >= *least,
            "{options} of {source}: {likeness:.1} dB"
        );
    }
}

#[test]
fn every_option_is_among_the_cases() {
    let pairs = CASES.iter().flat_map(|(options, ..)| options.split(','));
    let used: Vec<&str> = pairs
        .map(|pair| pair.split('=').next().unwrap_or(pair))
        .collect();
    for option in proxy::options::NAMES {
        let is_here = used.contains(&option.name) || WITHOUT_PIXELS.contains(&option.name);
        assert!(is_here, "{} is not", option.name);
    }
}
