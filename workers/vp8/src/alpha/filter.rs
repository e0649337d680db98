//! Prediction of each value from its neighbours
//! (<https://developers.google.com/speed/webp/docs/riff_container#alpha>).

/// How a value is predicted; the numbers are those of the chunk.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Filter {
    /// Not at all.
    None = 0,
    /// By the value to the left.
    Horizontal = 1,
    /// By the value above.
    Vertical = 2,
    /// By left plus above minus above left.
    Gradient = 3,
}

const ALL: [Filter; 4] = [
    Filter::None,
    Filter::Horizontal,
    Filter::Vertical,
    Filter::Gradient,
];

/// Number of values up to which prediction would only hide that there are few.
const FEW: usize = 16;

/// The filter that promises most: the one whose errors have the fewest kinds, as libwebp guesses it.
pub fn estimate(width: usize, plane: &[u8]) -> Filter {
    let mut seen = [false; 256];
    for &value in plane {
        seen[usize::from(value)] = true;
    }
    if seen.iter().filter(|&&seen| seen).count() <= FEW {
        return Filter::None;
    }
    let mut kinds = [[false; 16]; 4];
    let rows: Vec<&[u8]> = plane.chunks_exact(width).collect();
    for pair in rows.windows(2).skip(1).step_by(2) {
        let [above, row] = pair else { continue };
        let mut mean = i32::from(row[0]);
        for i in (2..width.saturating_sub(1)).step_by(2) {
            let value = i32::from(row[i]);
            let errors = [
                mean,
                i32::from(row[i - 1]),
                i32::from(above[i]),
                gradient(row[i - 1], above[i], above[i - 1]),
            ];
            for (kinds, predicted) in kinds.iter_mut().zip(errors) {
                kinds[((value - predicted).unsigned_abs() >> 4) as usize] = true;
            }
            mean = (3 * mean + value + 2) >> 2;
        }
    }
    let score = |filter: &Filter| -> usize {
        let kinds = kinds[*filter as usize].iter().enumerate();
        kinds.filter(|(_, seen)| **seen).map(|(kind, _)| kind).sum()
    };
    ALL.into_iter().min_by_key(score).unwrap_or(Filter::None)
}

fn gradient(left: u8, above: u8, corner: u8) -> i32 {
    (i32::from(left) + i32::from(above) - i32::from(corner)).clamp(0, 255)
}

/// What prediction leaves over.
pub fn apply(filter: Filter, width: usize, plane: &[u8]) -> Vec<u8> {
    let mut rest = Vec::with_capacity(plane.len());
    let mut previous: Option<&[u8]> = None;
    for row in plane.chunks_exact(width) {
        let first = match previous {
            None => row[0],
            Some(above) => row[0].wrapping_sub(above[0]),
        };
        match (filter, previous) {
            (Filter::None, _) => rest.extend(row),
            (Filter::Horizontal, _) | (_, None) => {
                rest.push(first);
                rest.extend(row.windows(2).map(|pair| pair[1].wrapping_sub(pair[0])));
            }
            (Filter::Vertical, Some(above)) => {
                rest.extend(row.iter().zip(above).map(|(value, above)| value.wrapping_sub(*above)));
            }
            (Filter::Gradient, Some(above)) => {
                rest.push(first);
                rest.extend(row.windows(2).zip(above.windows(2)).map(|(row, above)| {
                    row[1].wrapping_sub(gradient(row[0], above[1], above[0]) as u8)
                }));
            }
        }
        previous = Some(row);
    }
    rest
}
