//! What is shown of a record.

use tokenward_core::SecretNames;

/// JSON without the fields that these names hide, and without space; `null` if the text is not JSON.
pub(crate) fn without_secrets(json: &str, names: &'static SecretNames) -> Box<str> {
    let to = String::with_capacity(json.len());
    let mut copy = Copy { rest: json.trim_ascii_start(), to, names, is_hidden: false };
    match copy.value() {
        Some(()) if copy.rest.is_empty() => copy.to.into(),
        _ => "null".into(),
    }
}

/// Copies JSON. It is known to be some, and no deeper than a tree can be.
struct Copy<'a> {
    rest: &'a str,
    to: String,
    names: &'static SecretNames,
    /// Whether what is passed over is a secret's.
    is_hidden: bool,
}

impl<'a> Copy<'a> {
    fn value(&mut self) -> Option<()> {
        match self.rest.bytes().next()? {
            b'{' => self.members(),
            b'[' => self.elements(),
            b'"' => {
                let text = self.text()?;
                self.show(text);
                Some(())
            }
            _ => self.scalar(),
        }
    }

    fn members(&mut self) -> Option<()> {
        self.mark('{')?;
        let (mut is_first, mut is_first_shown) = (true, true);
        while !self.rest.starts_with('}') {
            if !is_first {
                self.skip(',')?;
            }
            is_first = false;
            let name = self.text()?;
            // What cannot be read is left out, too.
            let is_secret = match name.contains('\\') {
                true => serde_json::from_str(name).map_or(true, |name: String| self.names.hides(&name)),
                false => self.names.hides(&name[1..name.len() - 1]),
            };
            let is_hidden = self.is_hidden;
            self.is_hidden |= is_secret;
            if !is_secret && !std::mem::take(&mut is_first_shown) {
                self.show(",");
            }
            self.show(name);
            self.mark(':')?;
            self.value()?;
            self.is_hidden = is_hidden;
        }
        self.mark('}')
    }

    fn elements(&mut self) -> Option<()> {
        self.mark('[')?;
        let mut is_first = true;
        while !self.rest.starts_with(']') {
            if !is_first {
                self.mark(',')?;
            }
            is_first = false;
            self.value()?;
        }
        self.mark(']')
    }

    /// With its quotes.
    fn text(&mut self) -> Option<&'a str> {
        let mut is_escaped = false;
        let end = self.rest.strip_prefix('"')?.bytes().position(|byte| {
            let is_end = byte == b'"' && !is_escaped;
            is_escaped = byte == b'\\' && !is_escaped;
            is_end
        })?;
        self.take(end + 2)
    }

    /// A number, or a word. What is larger than any number is the largest.
    fn scalar(&mut self) -> Option<()> {
        let end = self.rest.find(|c: char| c.is_ascii_whitespace() || matches!(c, ',' | ']' | '}'));
        let scalar = self.take(end.unwrap_or(self.rest.len()))?;
        match scalar.parse::<f64>() {
            Ok(number) if number.is_infinite() => self.show(if number > 0.0 { "1e308" } else { "-1e308" }),
            _ => self.show(scalar),
        }
        Some(())
    }

    fn mark(&mut self, mark: char) -> Option<()> {
        self.show(mark.encode_utf8(&mut [0; 4]));
        self.skip(mark)
    }

    fn show(&mut self, text: &str) {
        if !self.is_hidden {
            self.to.push_str(text);
        }
    }

    fn skip(&mut self, mark: char) -> Option<()> {
        self.rest = self.rest.strip_prefix(mark)?.trim_ascii_start();
        Some(())
    }

    fn take(&mut self, length: usize) -> Option<&'a str> {
        let (taken, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest.trim_ascii_start();
        Some(taken)
    }
}
