//! Tables, which Discord does not know: columns of equal width in a code block.

use super::{blocks::Block, inline::Inline};

/// Widest table that is shown as one, in characters; narrower than Discord's messages on a phone
/// would be no table any more.
const WIDEST: usize = 64;

/// Most rows and columns that are read.
const MOST: usize = 60;

/// The table that begins with `line`, and how many of the lines after it belong to it.
pub(super) fn read(line: &str, rest: &[&str], inline: &Inline<'_>) -> Option<(Block, usize)> {
    let columns = delimiters(rest.first()?)?;
    let is_row = |line: &&&str| line.contains('|') && !line.trim().is_empty();
    let body = rest.get(1..).unwrap_or_default();
    let body: Vec<&str> = body.iter().take_while(is_row).copied().collect();
    if !line.contains('|') || cells(line).len() != columns {
        return None;
    }
    let rows: Vec<Vec<String>> = std::iter::once(line)
        .chain(body.iter().copied())
        .take(MOST)
        .map(|line| {
            let mut row: Vec<String> = cells(line).iter().map(|c| inline.plain(c)).collect();
            row.resize(columns, String::new());
            row
        })
        .collect();
    Some((shown(&rows), body.len() + 1))
}

/// How many columns a line of `---|:-:` has.
fn delimiters(line: &str) -> Option<usize> {
    let cells = cells(line);
    let is_delimiter = |cell: &String| {
        let dashes = cell.trim_matches(':');
        !dashes.is_empty() && dashes.bytes().all(|b| b == b'-')
    };
    let is_line = line.contains('-') && (line.contains('|') || cells.len() > 1);
    (is_line && cells.len() <= MOST && cells.iter().all(is_delimiter)).then_some(cells.len())
}

fn cells(line: &str) -> Vec<String> {
    let line = line.trim();
    let line = line.strip_prefix('|').unwrap_or(line);
    let line = line.strip_suffix('|').unwrap_or(line);
    // An escaped bar belongs to its cell.
    let line = line.replace("\\|", "\u{1}");
    let cells = line
        .split('|')
        .map(|cell| cell.trim().replace('\u{1}', "|"));
    cells.collect()
}

fn shown(rows: &[Vec<String>]) -> Block {
    let columns = rows.first().map_or(0, Vec::len);
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let total: usize = widths.iter().map(|width| width + 2).sum();
    if total > WIDEST {
        let lines = rows.iter().skip(1).map(|row| {
            let filled = row.iter().filter(|cell| !cell.is_empty());
            format!("- {}", filled.cloned().collect::<Vec<_>>().join(" – "))
        });
        return Block::Line(lines.collect::<Vec<_>>().join("\n"));
    }
    let padded = |row: &Vec<String>| {
        let cells = row.iter().zip(&widths);
        let line: String = cells
            .map(|(cell, width)| format!("{cell:<width$}  "))
            .collect();
        line.trim_end().replace("```", "`\u{200b}``")
    };
    let mut lines: Vec<String> = rows.iter().map(padded).collect();
    let rule = widths
        .iter()
        .map(|width| "─".repeat(*width))
        .collect::<Vec<_>>();
    lines.insert(1.min(lines.len()), rule.join("  "));
    Block::Code {
        language: String::new(),
        lines,
    }
}
