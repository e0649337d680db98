//! Between the spaces that profiles convert to, and sRGB.

/// White of the profiles' own space (ICC.1:2022, 7.2.16).
const WHITE: [f32; 3] = [0.9642, 1.0, 0.8249];

/// From XYZ under that white to linear sRGB: the inverse of sRGB's colours, adapted by Bradford's
/// method (IEC 61966-2-1; ICC.1:2022, E.3).
const TO_LINEAR: [[f32; 3]; 3] = [
    [3.134_136, -1.617_386, -0.490_662],
    [-0.978_795, 1.916_254, 0.033_443],
    [0.071_955, -0.228_977, 1.405_386],
];

/// XYZ of lightness from 0 to 100 and two opponent colours (ISO/CIE 11664-4).
pub(super) fn xyz_of_lab([lightness, a, b]: [f32; 3]) -> [f32; 3] {
    let y = (lightness + 16.0) / 116.0;
    let undone = |t: f32| match t > 6.0 / 29.0 {
        true => t * t * t,
        false => (t - 4.0 / 29.0) * (108.0 / 841.0),
    };
    let [x, y, z] = [y + a / 500.0, y, y - b / 200.0].map(undone);
    [x * WHITE[0], y * WHITE[1], z * WHITE[2]]
}

/// Linear sRGB of XYZ.
pub(super) fn linear_of_xyz([x, y, z]: [f32; 3]) -> [f32; 3] {
    TO_LINEAR.map(|row| row[0] * x + row[1] * y + row[2] * z)
}

/// The sample, from 0 to 1, that shows linear light in sRGB (IEC 61966-2-1).
pub(crate) fn encoded(linear: f32) -> f32 {
    let linear = super::clamped(linear);
    match linear <= 0.003_130_8 {
        true => linear * 12.92,
        false => 1.055 * linear.powf(1.0 / 2.4) - 0.055,
    }
}
