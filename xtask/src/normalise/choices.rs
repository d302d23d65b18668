//! Schemas that are several choices at once.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::{pointer, problem::Problem};

/// Refuses a schema that is several choices at once in too many ways: progenitor makes every way, and compares it with
/// all others, which takes minutes for 16 of them.
pub fn check_choices(document: &Value) -> Result<(), Problem> {
    let mut counter = Counter { document, known: BTreeMap::new() };
    check(document, &mut String::new(), &mut counter)
}

fn check<'a>(value: &'a Value, place: &mut String, counter: &mut Counter<'a>) -> Result<(), Problem> {
    const MOST: usize = 8;

    let forms = counter.forms(value);
    if forms.choices > 1 && forms.ways > MOST {
        let message = format!("is {} choices at once, of more than {MOST} ways together", forms.choices);
        return Err(Problem::at(place, message));
    }
    let members = value.as_object().into_iter().flatten().map(|(key, value)| (key.clone(), value));
    let items =
        value.as_array().into_iter().flatten().enumerate().map(|(index, value)| (index.to_string(), value));
    members
        .chain(items)
        .try_for_each(|(key, value)| pointer::at_member(place, &key, |place| check(value, place, counter)))
}

/// In how many ways something fits a schema, and how many choices stand side by side in it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Forms {
    ways: usize,
    choices: usize,
}

impl Forms {
    const ONE: Self = Self { ways: 1, choices: 0 };

    /// Both at once.
    fn and(self, other: Self) -> Self {
        Self {
            ways: self.ways.saturating_mul(other.ways),
            choices: self.choices.saturating_add(other.choices),
        }
    }

    /// One or the other.
    fn or(self, other: Self) -> Self {
        Self { ways: self.ways.saturating_add(other.ways), choices: self.choices.max(other.choices).max(1) }
    }
}

struct Counter<'a> {
    document: &'a Value,
    /// By reference. One that is being counted has one form: a circle adds none.
    known: BTreeMap<&'a str, Forms>,
}

impl<'a> Counter<'a> {
    fn forms(&mut self, schema: &'a Value) -> Forms {
        let branches = |key: &str| schema.get(key).and_then(Value::as_array).into_iter().flatten();
        let mut forms = schema.get("$ref").and_then(Value::as_str).map_or(Forms::ONE, |to| self.referred(to));
        for part in branches("allOf") {
            forms = forms.and(self.forms(part));
        }
        for key in ["anyOf", "oneOf"] {
            let choice = branches(key).map(|branch| self.forms(branch)).reduce(Forms::or);
            forms = choice.map_or(forms, |choice| forms.and(choice));
        }
        forms
    }

    fn referred(&mut self, reference: &'a str) -> Forms {
        if let Some(known) = self.known.get(reference) {
            return *known;
        }
        self.known.insert(reference, Forms::ONE);
        let target = reference.strip_prefix('#').and_then(|pointer| self.document.pointer(pointer));
        let forms = target.map_or(Forms::ONE, |target| self.forms(target));
        self.known.insert(reference, forms);
        forms
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{normalise::testing::schemas, schema::reference_to};

    fn choice(ways: usize) -> Value {
        json!({"oneOf": vec![json!({"type": "object"}); ways]})
    }

    #[test]
    fn one_choice_of_any_size_passes_and_so_do_several_small_ones() {
        for schema in [
            choice(50),
            json!({"allOf": [choice(50), choice(1), {"type": "object"}]}),
            json!({"anyOf": [choice(5), choice(5)]}),
            json!({"allOf": [choice(2), choice(4)]}),
            json!({"properties": {"a": choice(5), "b": choice(5)}}),
        ] {
            assert_eq!(check_choices(&schemas(json!({"A": schema}))), Ok(()), "{schema}");
        }
    }

    #[test]
    fn several_choices_at_once_are_refused_wherever_they_stand() {
        let refused = "/components/schemas/A: is 2 choices at once, of more than 8 ways together";
        for schema in [
            json!({"allOf": [choice(4), choice(4)]}),
            json!({"allOf": [choice(4)], "anyOf": [{}, {}, {}]}),
            json!({"allOf": [reference_to("B"), {"allOf": [choice(3)]}]}),
        ] {
            let document = schemas(json!({"A": schema, "B": choice(3)}));
            assert_eq!(check_choices(&document).unwrap_err().to_string(), refused);
        }
        let inner = schemas(json!({"A": {"properties": {"a": {"allOf": [choice(4), choice(4)]}}}}));
        assert!(check_choices(&inner).is_err());
    }

    #[test]
    fn what_doubles_at_every_step_is_counted_at_once() {
        let mut all = json!({"L60": choice(2)});
        for level in 0..60 {
            let next = reference_to(&format!("L{}", level + 1));
            all[format!("L{level}")] = json!({"allOf": [next, next]});
        }
        assert!(check_choices(&schemas(all)).is_err());
    }
}
