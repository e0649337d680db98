//! Pictures for the demo, made here so that nothing has to be brought along.

use testkit::image;

/// A portrait of 800 × 1000 pixels: a head before a darker wall.
pub fn portrait() -> Vec<u8> {
    image::png(800, 1000, |x, y| {
        let distance = |cx: i64, cy: i64| {
            let (dx, dy) = (i64::from(x) - cx, i64::from(y) - cy);
            dx * dx + dy * dy
        };
        let shade = (y / 8) as u8;
        match () {
            () if distance(400, 330) < 200 * 200 => [230, 190 - shade / 4, 150, 255],
            () if distance(400, 1000) < 380 * 380 => [90, 60, 120, 255],
            () => [40 + shade / 2, 50, 70 + (x / 16) as u8, 255],
        }
    })
}

/// A battle map of 2048 × 2048 pixels: grass, a river, a grid.
pub fn map() -> Vec<u8> {
    image::png(2048, 2048, |x, y| {
        let noise = (x.wrapping_mul(2_654_435_761) ^ y.wrapping_mul(2_246_822_519)) >> 27;
        let river = (x + 120 * (y / 256)).abs_diff(y + 300) < 90;
        match (x % 128 == 0 || y % 128 == 0, river) {
            (true, _) => [30, 40, 30, 255],
            (_, true) => [60, 110 + noise as u8, 190, 255],
            _ => [80, 130 + noise as u8, 70, 255],
        }
    })
}
