//! JSON, piece by piece (RFC 8259).

use std::borrow::Cow;

use super::JsonError;

/// Most lists and objects within each other.
const DEEPEST: usize = 128;

/// What reads a member of an object, told which.
type ReadMember<'r, 'de> = &'r mut dyn FnMut(&mut Reader<'de>, usize) -> Result<(), JsonError>;

/// A text and how far it has been read.
pub struct Reader<'de> {
    text: &'de str,
    at: usize,
    level: usize,
}

impl<'de> Reader<'de> {
    pub(super) fn new(bytes: &'de [u8]) -> Result<Self, JsonError> {
        let text = std::str::from_utf8(bytes)
            .map_err(|error| JsonError::new("no UTF-8", error.valid_up_to()))?;
        Ok(Self {
            text,
            at: 0,
            level: 0,
        })
    }

    /// How many bytes have been read.
    pub(super) const fn place(&self) -> usize {
        self.at
    }

    /// An error that says `what` is wrong here.
    pub fn fail(&self, what: &str) -> JsonError {
        JsonError::new(what, self.at)
    }

    /// The next byte that is no white space.
    pub(super) fn peek(&mut self) -> Option<u8> {
        loop {
            match self.byte() {
                Some(b' ' | b'\t' | b'\n' | b'\r') => self.at += 1,
                other => return other,
            }
        }
    }

    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// That nothing more comes.
    pub(super) fn end(&mut self) -> Result<(), JsonError> {
        match self.peek() {
            None => Ok(()),
            Some(_) => Err(self.fail("more than one value")),
        }
    }

    /// Reads `byte`, if it comes next.
    fn takes(&mut self, byte: u8) -> bool {
        let is_it = self.peek() == Some(byte);
        self.at += usize::from(is_it);
        is_it
    }

    /// Reads `word`, if it comes next.
    pub(super) fn takes_word(&mut self, word: &str) -> bool {
        self.peek();
        let is_it = self.rest().starts_with(word);
        self.at += if is_it { word.len() } else { 0 };
        is_it
    }

    fn rest(&self) -> &'de str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Reads the beginning of a list or object, which is `byte`.
    pub(super) fn open(&mut self, byte: u8) -> Result<(), JsonError> {
        if !self.takes(byte) {
            return Err(self.fail("a value of another type than it should be"));
        }
        self.level += 1;
        match self.level {
            0..=DEEPEST => Ok(()),
            _ => Err(self.fail("too many levels")),
        }
    }

    /// Whether a further member comes before `close`, the end of a list or object. `first` is true
    /// before the first one.
    pub(super) fn more(&mut self, first: &mut bool, close: u8) -> Result<bool, JsonError> {
        if self.takes(close) {
            self.level -= 1;
            return Ok(false);
        }
        if !std::mem::take(first) && (!self.takes(b',') || self.peek() == Some(close)) {
            return Err(self.fail("no comma between two members"));
        }
        Ok(true)
    }

    /// Reads the name of an object's member.
    pub(super) fn name(&mut self) -> Result<Cow<'de, str>, JsonError> {
        let name = self.string()?;
        self.colon()?;
        Ok(name)
    }

    /// Reads what stands between a name and its value.
    pub(super) fn colon(&mut self) -> Result<(), JsonError> {
        match self.takes(b':') {
            true => Ok(()),
            false => Err(self.fail("no colon behind a name")),
        }
    }

    /// Reads an object: has `read` read each member that `names` has, at most 32, by its place there.
    ///
    /// # Errors
    /// [`JsonError`] where there is no object, one of `names` twice in it, or in the words of `read`.
    pub fn members(&mut self, names: &[&str], read: ReadMember<'_, 'de>) -> Result<(), JsonError> {
        let (mut first, mut seen) = (true, 0_u32);
        self.open(b'{')?;
        while self.more(&mut first, b'}')? {
            let name = self.name()?;
            let Some(index) = names.iter().position(|known| *known == name) else {
                self.skip()?;
                continue;
            };
            let bit = 1 << index;
            if seen & bit != 0 {
                return Err(self.fail(&["`", &name, "` is there twice"].concat()));
            }
            seen |= bit;
            read(self, index)?;
        }
        Ok(())
    }

    /// Reads a number as it is written.
    pub(super) fn number(&mut self) -> Result<&'de str, JsonError> {
        self.peek();
        let rest = self.rest();
        let end = rest.find(|c: char| !matches!(c, '0'..='9' | '-' | '+' | '.' | 'e' | 'E'));
        let number = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
        if !is_number(number) {
            return Err(self.fail("a value of another type than it should be"));
        }
        self.at += number.len();
        Ok(number)
    }

    /// Reads a text.
    ///
    /// # Errors
    /// [`JsonError`] where no text comes next, or one that is no JSON.
    pub fn string(&mut self) -> Result<Cow<'de, str>, JsonError> {
        if !self.takes(b'"') {
            return Err(self.fail("a value of another type than it should be"));
        }
        let mut whole = String::new();
        loop {
            let rest = self.rest();
            let end = rest.find(|c: char| c == '"' || c == '\\' || c < ' ');
            let end = end.ok_or_else(|| self.fail("a text without an end"))?;
            let piece = rest.get(..end).unwrap_or_default();
            self.at += end + 1;
            match rest.as_bytes().get(end) {
                Some(b'"') if whole.is_empty() => return Ok(Cow::Borrowed(piece)),
                Some(b'"') => {
                    whole.push_str(piece);
                    return Ok(Cow::Owned(whole));
                }
                Some(b'\\') => {
                    whole.push_str(piece);
                    whole.push(self.escaped()?);
                }
                _ => return Err(self.fail("a control character in a text")),
            }
        }
    }

    /// Reads what stands behind a backslash.
    fn escaped(&mut self) -> Result<char, JsonError> {
        let escape = self.byte();
        self.at += 1;
        Ok(match escape {
            Some(plain @ (b'"' | b'\\' | b'/')) => char::from(plain),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode(),
            _ => return Err(self.fail("an unknown escape")),
        })
    }

    /// Reads a character by its number, which is two for those beyond 16 bits.
    fn unicode(&mut self) -> Result<char, JsonError> {
        let first = self.unit()?;
        let mut code = first;
        if (0xd800..0xdc00).contains(&first) && self.rest().starts_with("\\u") {
            self.at += 2;
            let second = self.unit()?.wrapping_sub(0xdc00);
            code = match second {
                0..0x400 => 0x1_0000 + ((first - 0xd800) << 10) + second,
                _ => first,
            };
        }
        char::from_u32(code).ok_or_else(|| self.fail("half a character"))
    }

    /// Reads four hexadecimal digits.
    fn unit(&mut self) -> Result<u32, JsonError> {
        let digits = self.text.get(self.at..self.at + 4);
        let digits = digits.filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let unit = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
        self.at += 4;
        unit.ok_or_else(|| self.fail("an unknown escape"))
    }

    /// Reads a value that nobody wants.
    fn skip(&mut self) -> Result<(), JsonError> {
        let mut first = true;
        match self.peek() {
            Some(b'{') => {
                self.open(b'{')?;
                while self.more(&mut first, b'}')? {
                    self.name()?;
                    self.skip()?;
                }
            }
            Some(b'[') => {
                self.open(b'[')?;
                while self.more(&mut first, b']')? {
                    self.skip()?;
                }
            }
            Some(b'"') => drop(self.string()?),
            Some(b'0'..=b'9' | b'-') => drop(self.number()?),
            _ => {
                if !["true", "false", "null"]
                    .iter()
                    .any(|word| self.takes_word(word))
                {
                    return Err(self.fail("no value"));
                }
            }
        }
        Ok(())
    }
}

/// Whether `text` is a number as JSON writes them.
fn is_number(text: &str) -> bool {
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let text = text.strip_prefix('-').unwrap_or(text);
    let (text, exponent) = match text.split_once(['e', 'E']) {
        Some((text, exponent)) => (text, exponent.strip_prefix(['+', '-']).unwrap_or(exponent)),
        None => (text, "0"),
    };
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let has_no_zeros_before = whole.len() == 1 || !whole.starts_with('0');
    is_digits(whole) && has_no_zeros_before && is_digits(fraction) && is_digits(exponent)
}
