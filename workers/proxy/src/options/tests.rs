use super::{Options, Presets};

fn filled(text: &str) -> Result<String, String> {
    let options = Options::parse(text).map_err(|error| error.to_string())?;
    let presets = Presets::parse(Some(r#"{"hero":"w=800,format=webp","thumb":"w=64"}"#));
    let filled = presets.map_err(|error| error.to_string())?.fill(&options);
    filled
        .map(|filled| filled.canonical())
        .map_err(|error| error.to_string())
}

#[test]
fn options_are_read_and_written_in_one_way() {
    #[rustfmt::skip]
    let cases = [
        ("", ""),
        ("h=300,w=400", "w=400,h=300"),
        ("w=400,w=400", "w=400"),
        ("w=0400", "w=400"),
        ("w=400,h=300,fit=cover,gravity=top", "w=400,h=300,fit=cover,gravity=north"),
        ("w=4,h=3,fit=cover,gravity=0.5:0.25", "w=4,h=3,fit=cover,gravity=0.5:0.25"),
        ("w=4,h=3,fit=cover,gravity=0.500:1.0", "w=4,h=3,fit=cover,gravity=south"),
        ("w=4,dpr=1.50", "w=4,dpr=1.5"),
        ("w=4,dpr=2", "w=4,dpr=2"),
        ("crop=10:20:300:200", "crop=10:20:300:200"),
        ("trim", "trim=10"),
        ("trim=0", "trim=0"),
        ("rotate=-90", "rotate=270"),
        ("flip,flop=1", "flip=true,flop=true"),
        ("flip=false", ""),
        ("bg=#FFF", "bg=ffffff"),
        ("bg=white", "bg=ffffff"),
        ("bg=f008", "bg=ff000088"),
        ("bg=transparent", "bg=00000000"),
        ("blur=.5", "blur=0.5"),
        ("sharpen=1", "sharpen=1"),
        ("mask=circle,border=4:ff0000", "mask=circle,border=4:ff0000"),
        ("mask=circle,border=4", "mask=circle,border=4:000000"),
        ("max=4096", "max=4096"),
        ("w=9,enlarge", "w=9,enlarge=true"),
        ("q=80,format=jpg", "q=80,format=jpeg"),
        ("format=origin", "format=original"),
        ("format=json", "format=json"),
        ("maxage=60,download", "maxage=60,download=true"),
        ("download=my map (2).webp", "download=my%20map%20%282%29.webp"),
        ("preset=hero", "w=800,format=webp"),
        ("preset=hero,w=900,q=5", "w=900,q=5,format=webp"),
        ("preset=thumb", "w=64"),
        ("preset=token", "w=400,h=400,fit=cover,gravity=north,mask=circle,q=85,format=webp"),
        ("preset=avatar,gravity=center", "w=400,h=400,fit=cover,gravity=center,q=82,format=webp"),
        ("preset=tile", "max=1024,q=85,format=webp"),
        ("preset=map", "max=4096,q=82,format=webp"),
    ];
    for (text, expected) in cases {
        assert_eq!(filled(text).as_deref(), Ok(expected), "{text}");
        // A name is encoded once where it is written.
        let again = expected
            .replace("%20", " ")
            .replace("%28", "(")
            .replace("%29", ")");
        assert_eq!(filled(&again).as_deref(), Ok(expected), "{text} again");
    }
}

#[test]
fn what_cannot_be_followed_is_named() {
    #[rustfmt::skip]
    let cases = [
        ("width=4", "no option `width`"),
        ("W=4", "no option `W`"),
        ("w=0", "`w` must be"),
        ("w=16384", "`w` must be"),
        ("w=-4", "`w` must be"),
        ("w=+4", "`w` must be"),
        ("w=4.5", "`w` must be"),
        ("w", "`w` must be"),
        ("w=4,w=5", "`w` is there twice"),
        ("fit=stretch", "`fit` must be one of cover"),
        ("fit=cover,w=4", "`fit` needs `w` and `h`"),
        ("fit=inside", "`fit` needs `w` or `h`"),
        ("gravity=north,w=4,h=4", "`gravity` needs"),
        ("gravity=2:0,w=4,h=4,fit=cover", "`gravity` must be"),
        ("dpr=2", "`dpr` needs"),
        ("dpr=5,w=4", "`dpr` must be"),
        ("dpr=1.234,w=4", "`dpr` must be"),
        ("enlarge", "`enlarge` needs"),
        ("crop=1:2:3", "`crop` must be"),
        ("crop=1:2:0:3", "`crop` must be"),
        ("trim=256", "`trim` must be"),
        ("rotate=45", "`rotate` must be"),
        ("flip=maybe", "`flip` must be"),
        ("bg=redish", "`bg` must be"),
        ("bg=12345", "`bg` must be"),
        ("blur=0.2", "`blur` must be"),
        ("border=4:ff0000", "`border` needs `mask`"),
        ("mask=star", "`mask` must be circle or square"),
        ("mask=circle,format=jpeg", "`mask` and `format`"),
        ("mask=circle,format=jpeg,bg=fff8", "`mask` and `format`"),
        ("q=0", "`q` must be"),
        ("q=101", "`q` must be"),
        ("q=80,format=png", "`q` and `format`"),
        ("format=tiff", "`format` must be"),
        ("format=json,w=4", "`format` and `w`"),
        ("format=json,q=4", "`q` and `format`"),
        ("format=avif,flip", "`format` and `flip`"),
        ("format=avif,q=80", "`format` and `q`"),
        ("maxage=forever", "`maxage` must be"),
        ("download=../../etc", "`download` must be"),
        ("download=.hidden", "`download` must be"),
        ("preset=none-such", "presets are avatar, hero, map, thumb, tile, token"),
        ("preset=token,format=jpeg", "`mask` and `format`"),
        ("preset=a b", "`preset` must be"),
    ];
    for (text, expected) in cases {
        let error = filled(text).expect_err(text);
        assert!(error.contains(expected), "{text}: {error}");
    }
}

#[test]
fn an_operators_presets_have_to_be_sound() {
    for (json, expected) in [
        ("[]", "JSON object"),
        ("{\"a\":1}", "JSON object"),
        ("{\"a\":\"w=0\"}", "preset a: `w`"),
        ("{\"a\":\"fit=cover\"}", "preset a: `fit`"),
        ("{\"a\":\"preset=token\"}", "preset a"),
        ("{\"a b\":\"w=1\"}", "preset a b"),
    ] {
        let error = Presets::parse(Some(json)).expect_err(json).to_string();
        assert!(error.contains(expected), "{json}: {error}");
    }
}

/// Cells of the README's table of options, without the head.
fn readme() -> Vec<Vec<String>> {
    let text = include_str!("../../../../README.md");
    let head = "| option | does | example |";
    let table = text.split_once(head).expect("the table of options").1;
    table
        .lines()
        .skip(2)
        .take_while(|line| line.starts_with('|'))
        .map(|line| line.split('|').map(str::to_owned).collect())
        .collect()
}

/// What stands between back quotes.
fn quoted(cell: &str) -> Vec<&str> {
    cell.split('`').skip(1).step_by(2).collect()
}

#[test]
fn the_readmes_table_has_every_option_and_examples_that_work() {
    let rows = readme();
    let named: Vec<&str> = rows.iter().flat_map(|cells| quoted(&cells[1])).collect();
    for option in super::NAMES {
        assert!(named.contains(&option.name), "{} is not named", option.name);
    }
    assert_eq!(named.len(), super::NAMES.len(), "{named:?}");
    for cells in &rows {
        let examples = quoted(&cells[3]);
        assert!(!examples.is_empty(), "{cells:?}");
        for example in examples {
            assert!(filled(example).is_ok(), "{example}: {:?}", filled(example));
        }
    }
}
