//! Which names fit best what has been typed.

/// The names (an id and a title each) that fit `typed`, at most `most`, best first: those that begin
/// with it, then those with a word that does, that hold it anywhere, that hold its characters in its
/// order. Among equals the order of `names` stays. Everything fits nothing.
pub fn best<'a>(typed: &str, names: &[(&'a str, &'a str)], most: usize) -> Vec<(&'a str, &'a str)> {
    let typed = fold(typed.trim());
    let mut ranked: Vec<(u32, (&str, &str))> = Vec::with_capacity(most + 1);
    for &(id, title) in names {
        let rank = rank(&typed, &fold(id)).min(rank(&typed, &fold(title)));
        if rank < NOT {
            let place = ranked.partition_point(|(other, _)| *other <= rank);
            ranked.insert(place, (rank, (id, title)));
            ranked.truncate(most);
        }
    }
    ranked.into_iter().map(|(_, name)| name).collect()
}

/// The rank of what does not fit.
const NOT: u32 = u32::MAX;

fn fold(text: &str) -> String {
    text.chars().map(lower).collect()
}

/// The small letter of a capital one of the scripts that have both. (All that Unicode knows would be
/// eleven kilobytes of tables.)
fn lower(c: char) -> char {
    let shift = match c {
        'A'..='Z' | 'À'..='Ö' | 'Ø'..='Þ' | 'Α'..='Ρ' | 'Σ'..='Ϋ' | 'А'..='Я' => 32,
        'Ά' => 38,
        'Έ'..='Ί' => 37,
        'Ό' => 64,
        'Ύ' | 'Ώ' => 63,
        // The sigma at the end of a word.
        'ς' => 1,
        'Ѐ'..='Џ' => 80,
        'Ա'..='Ֆ' => 48,
        // Extended Latin and Cyrillic: capital and small letters by turns.
        'Ā'..='ĵ' | 'Ŋ'..='ŷ' | 'Ѡ'..='ҁ' | 'Ҋ'..='ҿ' | 'Ӑ'..='ԯ' | 'Ḁ'..='ỿ' => {
            u32::from(u32::from(c) % 2 == 0)
        }
        'Ĺ'..='ň' | 'Ź'..='ž' | 'Ӂ'..='ӎ' => u32::from(u32::from(c) % 2 == 1),
        _ => 0,
    };
    char::from_u32(u32::from(c) + shift).unwrap_or(c)
}

fn rank(typed: &str, name: &str) -> u32 {
    match name.find(typed) {
        Some(0) => 0,
        Some(_) if words(name).any(|word| word.starts_with(typed)) => 1,
        Some(_) => 2,
        None => match spread(typed, name) {
            Some(spread) => 3 + u32::try_from(spread).unwrap_or(NOT - 4).min(NOT - 4),
            None => NOT,
        },
    }
}

fn words(name: &str) -> impl Iterator<Item = &str> {
    name.split(|c: char| c.is_whitespace() || c.is_ascii_punctuation())
}

/// How many characters lie between the first and the last of `typed` in `name`; `None` where they
/// are not there in that order.
fn spread(typed: &str, name: &str) -> Option<usize> {
    let mut names = name.chars().enumerate();
    let (mut first, mut last) = (None, 0);
    for wanted in typed.chars().filter(|c| !c.is_whitespace()) {
        let (place, _) = names.find(|(_, c)| *c == wanted)?;
        first.get_or_insert(place);
        last = place;
    }
    first.map(|first| last - first)
}

#[cfg(test)]
mod tests {
    use super::best;

    const NAMES: &[(&str, &str)] = &[
        ("big-map-pack", "Zauberkarten"),
        ("maps", "Maps of Ümlaut"),
        ("mobile-app", "Sheets"),
        ("roadmap", "Plans"),
        ("地図", "地図パック"),
    ];

    #[test]
    fn what_fits_best_comes_first() {
        for (typed, expected) in [
            ("map", vec!["maps", "big-map-pack", "roadmap", "mobile-app"]),
            ("MAPS", vec!["maps"]),
            ("ümlaut", vec!["maps"]),
            ("zauber", vec!["big-map-pack"]),
            ("bmp", vec!["big-map-pack"]),
            ("地", vec!["地図"]),
            ("パ", vec!["地図"]),
            ("x", vec![]),
            (
                "  ",
                vec!["big-map-pack", "maps", "mobile-app", "roadmap", "地図"],
            ),
        ] {
            let found: Vec<&str> = best(typed, NAMES, 25).iter().map(|(id, _)| *id).collect();
            assert_eq!(found, expected, "{typed:?}");
        }
        assert_eq!(best("", NAMES, 2).len(), 2);
    }

    #[test]
    fn capitals_are_found_in_any_script() {
        for (typed, title) in [
            ("zauber", "ZAUBER"),
            ("ärger", "Ärger"),
            ("ΧΆΡΤΕΣ", "Χάρτες"),
            ("карты", "КАРТЫ"),
            ("ЁЛКА", "ёлка"),
            ("łódź", "ŁÓDŹ"),
            ("ČESKÝ", "český"),
            ("ığdır", "ığdır"),
            ("việt", "VIỆT"),
            ("հայ", "ՀԱՅ"),
            ("地図", "地図"),
        ] {
            assert_eq!(best(typed, &[("id", title)], 25).len(), 1, "{typed}");
        }
    }
}
