//! One embed, within Discord's limits whatever it is made of.

use serde_json::{Map, Value, json};

use super::text::Text;

/// Most characters of all texts of an embed together. A message has one embed here.
pub const TOTAL: usize = 6_000;

/// Most fields.
pub const MOST_FIELDS: usize = 25;

/// Longest URL.
const LONGEST_URL: usize = 2_048;

/// A colour, as red, green and blue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Color(pub u32);

impl Color {
    /// What `stable` serves, and what went well.
    pub const STABLE: Self = Self(0x0043_A047);
    /// What other channels serve.
    pub const BETA: Self = Self(0x00FB_8C00);
    /// What is withdrawn, and what failed.
    pub const BAD: Self = Self(0x00E5_3935);
    /// Everything else.
    pub const PLAIN: Self = Self(0x0054_6E7A);
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Field {
    name: Text<256>,
    value: Text<1024>,
    inline: bool,
}

/// An embed. Texts are Markdown: data in it has to be escaped before.
/// <https://docs.discord.com/developers/resources/message#embed-object-embed-limits>
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Embed {
    title: Text<256>,
    url: Option<String>,
    description: Text<4096>,
    fields: Vec<Field>,
    footer: Text<2048>,
    thumbnail: Option<String>,
    image: Option<String>,
    color: Color,
    left: usize,
}

impl Embed {
    /// An embed with a title.
    pub fn new(color: Color, title: &str) -> Self {
        let title = Text::new(title);
        Self {
            left: TOTAL - title.length(),
            title,
            url: None,
            description: Text::default(),
            fields: Vec::new(),
            footer: Text::default(),
            thumbnail: None,
            image: None,
            color,
        }
    }

    /// As much of a text as fits in what is left, which it then takes.
    fn take<const MAX: usize>(&mut self, text: &str) -> Text<MAX> {
        let text = Text::within(text, self.left);
        self.left -= text.length();
        text
    }

    /// What the title leads to; left out where it is no URL that Discord takes.
    #[must_use]
    pub fn url(mut self, url: Option<&str>) -> Self {
        self.url = web(url);
        self
    }

    /// The text below the title.
    #[must_use]
    pub fn description(mut self, text: &str) -> Self {
        self.left += self.description.length();
        self.description = self.take(text);
        self
    }

    /// A field; left out where either text is empty, or where there is no room for it.
    #[must_use]
    pub fn field(mut self, name: &str, value: &str, inline: bool) -> Self {
        let before = self.left;
        let name = self.take(name);
        let value = self.take(value);
        if name.is_empty() || value.is_empty() || self.fields.len() == MOST_FIELDS {
            self.left = before;
        } else {
            self.fields.push(Field {
                name,
                value,
                inline,
            });
        }
        self
    }

    /// The small text at the bottom, which is no Markdown.
    #[must_use]
    pub fn footer(mut self, text: &str) -> Self {
        self.left += self.footer.length();
        self.footer = self.take(text);
        self
    }

    /// The small picture beside the text.
    #[must_use]
    pub fn thumbnail(mut self, url: Option<&str>) -> Self {
        self.thumbnail = web(url);
        self
    }

    /// The large picture below the text.
    #[must_use]
    pub fn image(mut self, url: &str) -> Self {
        self.image = web(Some(url));
        self
    }

    /// As Discord takes it.
    pub fn to_json(&self) -> Value {
        let mut members = Map::new();
        let mut put = |name: &str, value: Value| members.insert(name.to_owned(), value);
        put("color", self.color.0.into());
        if !self.title.is_empty() {
            put("title", self.title.clone().into());
        }
        if let Some(url) = &self.url {
            put("url", url.as_str().into());
        }
        if !self.description.is_empty() {
            put("description", self.description.clone().into());
        }
        if !self.fields.is_empty() {
            put("fields", self.fields.iter().map(Field::to_json).collect());
        }
        if !self.footer.is_empty() {
            put("footer", json!({ "text": self.footer.as_str() }));
        }
        for (name, url) in [("thumbnail", &self.thumbnail), ("image", &self.image)] {
            if let Some(url) = url {
                put(name, json!({ "url": url }));
            }
        }
        members.into()
    }
}

impl Field {
    fn to_json(&self) -> Value {
        json!({
            "name": self.name.as_str(),
            "value": self.value.as_str(),
            "inline": self.inline,
        })
    }
}

/// A URL that Discord takes in an embed.
fn web(url: Option<&str>) -> Option<String> {
    let url = edge::Url::parse(url?).ok()?;
    let fits = matches!(url.scheme(), "http" | "https") && url.as_str().len() <= LONGEST_URL;
    (fits && url.has_host()).then(|| url.into())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn total(embed: &Value) -> usize {
        let count = |value: &Value| value.as_str().map_or(0, |text| text.chars().count());
        let fields = embed["fields"].as_array().cloned().unwrap_or_default();
        let fields: usize = fields
            .iter()
            .map(|field| count(&field["name"]) + count(&field["value"]))
            .sum();
        fields
            + count(&embed["title"])
            + count(&embed["description"])
            + count(&embed["footer"]["text"])
    }

    #[test]
    fn what_has_no_room_is_left_out() {
        let long = "x".repeat(5_000);
        let mut embed = Embed::new(Color::PLAIN, &long).description(&long);
        for _ in 0..40 {
            embed = embed.field("name", &"y".repeat(100), true);
        }
        let embed = embed.footer(&long).to_json();
        assert_eq!(embed["title"].as_str().map(str::len), Some(255 + "…".len()));
        assert!(total(&embed) <= TOTAL, "{}", total(&embed));
        assert!(
            embed["fields"]
                .as_array()
                .is_some_and(|fields| fields.len() <= MOST_FIELDS)
        );
        let empty = Embed::new(Color::PLAIN, "").field("a", "", false);
        assert_eq!(empty.to_json(), json!({ "color": 0x0054_6E7A }));
    }

    #[test]
    fn only_urls_of_the_web_are_taken() {
        for (url, taken) in [
            ("https://a.example/x.png", true),
            ("javascript:alert(1)", false),
            ("icons/a.png", false),
            ("https://", false),
        ] {
            let embed = Embed::new(Color::PLAIN, "a").url(Some(url)).to_json();
            assert_eq!(embed.get("url").is_some(), taken, "{url}");
        }
    }

    proptest! {
        #[test]
        fn no_embed_is_too_large(
            lengths in proptest::collection::vec((0..400_usize, 0..2_000_usize), 0..30),
            description in 0..5_000_usize,
            character in any::<char>(),
        ) {
            let text = |length| String::from(character).repeat(length);
            let description = text(description);
            let mut embed = Embed::new(Color::PLAIN, &description).description(&description);
            for (name, value) in lengths {
                embed = embed.field(&text(name), &text(value), false);
            }
            let embed = embed.footer(&description).description(&description).to_json();
            prop_assert!(total(&embed) <= TOTAL);
        }
    }
}
