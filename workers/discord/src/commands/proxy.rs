//! `/proxy`: the address under which the image proxy serves an image.

use edge::Url;

use crate::{
    context::Context,
    failure::Failure,
    interaction::Options,
    message::{Button, Color, Embed, Message, markdown},
};

/// Longest address that is handed out, in bytes: the description of an embed has 4,096 characters, and
/// half an address is of no use.
const LONGEST: usize = 3_800;

/// The address for the image at the URL in the option `image`. Nothing is asked of anybody: whether
/// the host is allowed is the proxy's to say.
///
/// # Errors
/// [`Failure::Said`] where the URL is none that a proxy would fetch, or too long.
pub fn address(context: &Context, options: &Options) -> Result<Message, Failure> {
    let locale = context.locale();
    let image = options.text("image").unwrap_or_default();
    let image = plausible(image).ok_or_else(|| {
        Failure::Said(say!(
            locale,
            "This is not the address of an image on the web: it should begin with `https://` and name a public host.",
            "Das ist keine Adresse eines Bildes im Web: sie sollte mit `https://` beginnen und einen öffentlichen Host nennen."
        ))
    })?;
    let base = format!("{}/proxy", context.public.as_str());
    let proxied = Url::parse_with_params(&base, [("url", image.as_str())]);
    let proxied = proxied.map(String::from).unwrap_or(base);
    if proxied.len() > LONGEST {
        return Err(Failure::Said(say!(
            locale,
            "This address is too long to be handed on. The image needs a shorter one.",
            "Diese Adresse ist zu lang, um weitergegeben zu werden. Das Bild braucht eine kürzere."
        )));
    }
    let title = say!(locale, "Proxied image", "Bild über den Proxy");
    let hint = say!(
        locale,
        "Foundry VTT can load this address whatever site the image is on, if the operator allows that site.",
        "Diese Adresse kann Foundry VTT laden, gleich auf welcher Seite das Bild liegt, sofern der Betreiber die Seite erlaubt."
    );
    let open = say!(locale, "Open", "Öffnen");
    let embed = Embed::new(Color::PLAIN, &title)
        .description(&format!("{}\n{hint}", markdown::code(&proxied)))
        .image(&proxied);
    Ok(Message::new(embed)
        .buttons(Button::link(&open, &proxied))
        .ephemeral())
}

/// The URL, if it is one of the web, of a host that has a name and can be public.
fn plausible(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let name = url.domain()?.trim_end_matches('.');
    let last = name.rsplit_once('.').map(|(_, last)| last)?;
    let is_public = !matches!(
        last,
        "localhost" | "local" | "internal" | "lan" | "home" | "arpa" | "invalid" | "test" | "onion"
    );
    let is_plain = matches!(url.scheme(), "http" | "https")
        && url.port().is_none()
        && url.username().is_empty()
        && url.password().is_none();
    (is_plain && is_public).then_some(url)
}

#[cfg(test)]
mod tests {
    use super::plausible;

    #[test]
    fn only_addresses_of_the_web_are_plausible() {
        for (url, expected) in [
            ("https://images.example.com/a.png?w=1", true),
            ("http://images.example.com/a.png", true),
            ("https://images.example.com:8443/a.png", false),
            ("https://user:pass@images.example.com/a.png", false),
            ("https://localhost/a.png", false),
            ("https://printer.local/a.png", false),
            ("https://127.0.0.1/a.png", false),
            ("https://2130706433/a.png", false),
            ("https://[::1]/a.png", false),
            ("file:///etc/passwd", false),
            ("ftp://images.example.com/a.png", false),
            ("images.example.com/a.png", false),
            ("", false),
        ] {
            assert_eq!(plausible(url).is_some(), expected, "{url}");
        }
    }
}
