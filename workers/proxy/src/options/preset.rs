//! Named sets of options: the proxy's own, and an operator's.

use std::collections::BTreeMap;

use super::{OptionError, Options};

/// The proxy's own. WebP throughout: every browser that runs Foundry VTT shows it.
const OWN: &[(&str, &str)] = &[
    // A round token from a portrait, whose head is near the top.
    (
        "token",
        "w=400,h=400,fit=cover,gravity=north,mask=circle,q=85,format=webp",
    ),
    (
        "avatar",
        "w=400,h=400,fit=cover,gravity=north,q=82,format=webp",
    ),
    ("tile", "max=1024,q=85,format=webp"),
    // What every graphics card takes as one texture.
    ("map", "max=4096,q=82,format=webp"),
    ("thumb", "w=200,h=200,fit=cover,q=75,format=webp"),
];

/// Most presets of an operator.
const MAX_PRESETS: usize = 64;

/// Why an operator's presets cannot be used; the text names the preset.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PresetError {
    /// They are not a JSON object from names to options.
    #[error("it is no JSON object such as {{\"hero\":\"w=800,format=webp\"}}")]
    Json,
    /// One of them is wrong.
    #[error("preset {name}: {cause}")]
    Options {
        /// Its name.
        name: String,
        /// What is wrong.
        cause: OptionError,
    },
}

/// The presets that there are.
#[derive(Debug, Clone, Default)]
pub struct Presets(BTreeMap<String, Options>);

impl Presets {
    /// The proxy's own and those of `json`, an object from names to options as paths have them.
    /// An operator's preset takes the place of the proxy's of the same name.
    ///
    /// # Errors
    /// [`PresetError`].
    pub fn parse(json: Option<&str>) -> Result<Self, PresetError> {
        let texts: BTreeMap<String, String> = match json {
            Some(json) => serde_json::from_str(json).map_err(|_| PresetError::Json)?,
            None => BTreeMap::new(),
        };
        if texts.len() > MAX_PRESETS {
            return Err(PresetError::Json);
        }
        let own = OWN
            .iter()
            .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
        let mut presets = BTreeMap::new();
        for (name, text) in own.chain(texts) {
            match read(&name, &text) {
                Ok(options) => drop(presets.insert(name, options)),
                Err(cause) => return Err(PresetError::Options { name, cause }),
            }
        }
        Ok(Self(presets))
    }

    /// `options` with their preset filled in, checked.
    ///
    /// # Errors
    /// [`OptionError`].
    pub fn fill(&self, options: &Options) -> Result<Options, OptionError> {
        let filled = match &options.preset {
            None => options.clone(),
            Some(name) => {
                let preset = self.0.get(name).ok_or_else(|| OptionError::UnknownPreset {
                    known: self.0.keys().cloned().collect::<Vec<_>>().join(", "),
                })?;
                options.over(preset)
            }
        };
        filled.check()?;
        Ok(filled)
    }
}

fn read(name: &str, text: &str) -> Result<Options, OptionError> {
    // The name has to be one that an address can hold.
    Options::default().set("preset", name)?;
    let options = Options::parse(text)?;
    if options.preset.is_some() {
        return Err(OptionError::Needs {
            name: "preset",
            needed: "to stand in an address, not in another preset",
        });
    }
    options.check()?;
    Ok(options)
}
