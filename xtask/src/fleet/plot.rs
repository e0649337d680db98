//! The plan as a picture: per loss, how far users are from who serves them, and how full the
//! fullest site is.

use std::fmt::Write;

use super::plan::{Outcome, label};

/// Height of a row, in pixels.
const ROW: usize = 20;

/// Where the bars begin.
const LEFT: usize = 90;

/// Pixels per millisecond.
const SCALE: f64 = 4.0;

/// An SVG picture with a bar per outcome.
pub fn svg(outcomes: &[Outcome]) -> String {
    let height = (outcomes.len() + 2) * ROW;
    let mut picture = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 640 {height}\" \
         font-family=\"sans-serif\" font-size=\"12\">\n<title>Mean round trip of users in \
         milliseconds, by what is lost</title>\n<text x=\"4\" y=\"14\">lost</text>\
         <text x=\"{LEFT}\" y=\"14\">mean round trip in ms; load of the fullest site, of its even \
         part</text>\n"
    );
    for (index, one) in outcomes.iter().enumerate() {
        let top = (index + 1) * ROW;
        let width = one.mean * SCALE;
        // Colour says how full the fullest site is: three times its part is much.
        let hue = (120.0 - (one.peak - 1.0) * 50.0).clamp(0.0, 120.0);
        let _ = writeln!(
            picture,
            "<text x=\"4\" y=\"{}\">{}</text><rect x=\"{LEFT}\" y=\"{}\" width=\"{width:.1}\" \
             height=\"{}\" fill=\"hsl({hue:.0} 60% 50%)\"/><text x=\"{:.1}\" y=\"{}\">{:.0} ms, \
             {:.1}x</text>",
            top + 14,
            label(one),
            top + 2,
            ROW - 4,
            LEFT as f64 + width + 6.0,
            top + 14,
            one.mean,
            one.peak
        );
    }
    picture + "</svg>\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_outcome_has_a_bar() {
        let one = Outcome {
            lost: vec!["fra".into()],
            served: Vec::new(),
            mean: 25.0,
            worst: 90.0,
            peak: 2.0,
        };
        let picture = svg(&[one]);
        assert!(picture.contains("width=\"100.0\""), "{picture}");
        assert!(picture.contains(">fra</text>"), "{picture}");
        assert!(picture.ends_with("</svg>\n"));
    }
}
