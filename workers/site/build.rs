//! Turns the repository's `static/` into the tables that `src/files.rs` describes, so that the
//! component holds the very files that Workers serve, and the headers of the same `_headers`.

use std::{
    env,
    error::Error,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};

#[path = "src/rules.rs"]
mod rules;

/// The types of the files that the website is made of; another one has to be added here.
const TYPES: [(&str, &str); 4] = [
    ("css", "text/css; charset=utf-8"),
    ("html", "text/html; charset=utf-8"),
    ("js", "text/javascript; charset=utf-8"),
    ("svg", "image/svg+xml"),
];

/// Files that tell Workers what to do and are not served.
const INSTRUCTIONS: [&str; 3] = ["_headers", "_redirects", ".assetsignore"];

fn main() -> Result<(), Box<dyn Error>> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("../../static");
    println!("cargo:rerun-if-changed={}", root.display());
    if root.join("_redirects").exists() || root.join(".assetsignore").exists() {
        return Err(
            "static/ holds a _redirects or .assetsignore, which function site does not read".into(),
        );
    }
    let root = root.canonicalize()?;
    let mut tables = String::new();
    write_files(&mut tables, &root)?;
    write_rules(&mut tables, &fs::read_to_string(root.join("_headers"))?)?;
    fs::write(
        PathBuf::from(env::var("OUT_DIR")?).join("tables.rs"),
        tables,
    )?;
    Ok(())
}

fn write_files(out: &mut String, root: &Path) -> Result<(), Box<dyn Error>> {
    let mut paths = Vec::new();
    collect(root, &mut paths)?;
    paths.sort();
    writeln!(
        out,
        "/// Every file of the website.\npub static FILES: &[File] = &["
    )?;
    for path in paths {
        let name = path
            .strip_prefix(root)?
            .to_string_lossy()
            .replace('\\', "/");
        if INSTRUCTIONS.contains(&name.as_str()) {
            continue;
        }
        let (address, others) = addresses(&name);
        writeln!(
            out,
            "File {{ address: {address:?}, others: &{others:?}, content_type: {:?}, etag: {:?}, \
             content: include_bytes!({path:?}) }},",
            content_type(&name)?,
            entity_tag(&fs::read(&path)?),
        )?;
    }
    writeln!(out, "];")?;
    Ok(())
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, paths)?;
        } else {
            paths.push(path);
        }
    }
    Ok(())
}

/// The address of the file `name` and the ones that lead there, as Workers' `auto-trailing-slash`
/// has them: a page goes without `.html`, an index by its folder.
fn addresses(name: &str) -> (String, Vec<String>) {
    match name.strip_suffix(".html") {
        None => (format!("/{name}"), Vec::new()),
        Some(page) => match page.strip_suffix("index") {
            Some(folder) if folder.is_empty() || folder.ends_with('/') => (
                format!("/{folder}"),
                vec![format!("/{page}"), format!("/{name}")],
            ),
            _ => (
                format!("/{page}"),
                vec![format!("/{page}/"), format!("/{name}")],
            ),
        },
    }
}

fn content_type(name: &str) -> Result<&'static str, String> {
    let extension = name.rsplit('.').next().unwrap_or_default();
    TYPES
        .iter()
        .find(|(known, _)| *known == extension)
        .map(|(_, content_type)| *content_type)
        .ok_or_else(|| format!("workers/site/build.rs knows no content type for static/{name}"))
}

/// A strong entity tag: half of the content's SHA-256.
fn entity_tag(content: &[u8]) -> String {
    let digest = Sha256::digest(content);
    let hex: String = digest
        .iter()
        .take(16)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("\"{hex}\"")
}

/// The rules as constants, so that a header that HTTP does not allow fails the build.
fn write_rules(out: &mut String, text: &str) -> Result<(), Box<dyn Error>> {
    let mut rules = String::new();
    for (number, rule) in rules::parse(text)?.into_iter().enumerate() {
        let count = rule.headers.len();
        writeln!(
            out,
            "static HEADERS_{number}: [(HeaderName, HeaderValue); {count}] = ["
        )?;
        for (name, value) in rule.headers {
            writeln!(
                out,
                "(HeaderName::from_static({name:?}), HeaderValue::from_static({value:?})),"
            )?;
        }
        writeln!(out, "];")?;
        writeln!(
            rules,
            "Rule {{ pattern: {:?}, headers: &HEADERS_{number} }},",
            rule.pattern
        )?;
    }
    writeln!(
        out,
        "/// The rules of `_headers`, in order.\npub static RULES: &[Rule] = &[{rules}];"
    )?;
    Ok(())
}
