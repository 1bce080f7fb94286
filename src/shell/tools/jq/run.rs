//! Runs a filter: each value it gives is handed on as soon as it is there, with the path that led to
//! it where one is wanted.

use super::functions;
use super::parse::{Filter, Piece};
use super::value::Json;
use crate::api::Ordered;
use std::rc::Rc;

/// How many steps a filter may take.
const MOST: u32 = 2_000_000;
/// How deep `recurse` and its like may go.
const DEEPEST: u32 = 300;

/// Why a filter ended early.
#[derive(Clone, Debug)]
pub enum Stop {
    /// An error, with its value.
    Error(Json),
    /// Enough values were given.
    Enough,
}

/// What a filter comes to.
pub type Done = Result<(), Stop>;

/// An error with a message.
pub fn error(message: impl Into<Rc<str>>) -> Stop {
    Stop::Error(Json::Text(message.into()))
}

/// A value, and the path that led to it from where paths begin.
#[derive(Clone, Debug)]
pub struct Item {
    pub value: Json,
    pub path: Option<Rc<Vec<Json>>>,
}

impl Item {
    /// A value whose path nobody asks for.
    pub fn plain(value: Json) -> Self {
        Self { value, path: None }
    }

    /// Where paths begin.
    pub fn root(value: Json) -> Self {
        Self { value, path: Some(Rc::default()) }
    }

    fn step(&self, key: Json, value: Json) -> Self {
        let path = self.path.as_ref().map(|path| {
            let mut path = path.to_vec();
            path.push(key);
            Rc::new(path)
        });
        Self { value, path }
    }
}

/// Variables.
#[derive(Clone, Debug, Default)]
pub struct Env(Option<Rc<(Rc<str>, Json, Env)>>);

impl Env {
    /// The same with one more.
    pub fn with(&self, name: Rc<str>, value: Json) -> Self {
        Self(Some(Rc::new((name, value, self.clone()))))
    }

    /// The value of a variable.
    pub fn get(&self, name: &str) -> Option<Json> {
        let mut at = self;
        while let Some(entry) = &at.0 {
            if &*entry.0 == name {
                return Some(entry.1.clone());
            }
            at = &entry.2;
        }
        None
    }
}

/// Who is handed values.
pub type Out<'a> = &'a mut dyn FnMut(&mut Machine, Item) -> Done;

/// What takes the place of a value; nothing deletes it.
pub type Update<'a> = dyn FnMut(&mut Machine, Json) -> Result<Option<Json>, Stop> + 'a;

/// What a run may still do.
#[derive(Debug, Default)]
pub struct Machine {
    steps: u32,
    depth: u32,
}

impl Machine {
    fn step(&mut self) -> Done {
        self.steps += 1;
        if self.steps > MOST { Err(error("the filter does not come to an end")) } else { Ok(()) }
    }

    /// Runs a filter on an item.
    ///
    /// # Errors
    /// As the filter or who takes its values says.
    pub fn run(&mut self, filter: &Filter, item: &Item, env: &Env, out: Out<'_>) -> Done {
        self.step()?;
        let value = &item.value;
        let made = |value: Json| Item { value, path: None };
        match filter {
            Filter::Identity => out(self, item.clone()),
            Filter::Everything => self.recurse(item, out),
            Filter::Number(number) => out(self, made(Json::Number(*number))),
            Filter::Text(format, pieces) => {
                self.text(format.as_deref(), pieces, String::new(), item, env, out)
            }
            Filter::Format(name) => {
                let text = functions::format(name, value)?;
                out(self, made(Json::text(text)))
            }
            Filter::Variable(name) => match env.get(name) {
                Some(value) => out(self, made(value)),
                None => Err(error(format!("${name} is not defined"))),
            },
            Filter::Index(term, index) => self.run(term, item, env, &mut |machine, base| {
                machine.run(index, &Item::plain(value.clone()), env, &mut |machine, index| {
                    let found = get(&base.value, &index.value)?;
                    out(machine, base.step(index.value, found))
                })
            }),
            Filter::Slice(term, from, to) => self.run(term, item, env, &mut |machine, base| {
                let here = Item::plain(value.clone());
                let mut bound = |side: &Option<Box<Filter>>| match side {
                    Some(filter) => machine.one(filter, &here, env),
                    None => Ok(Json::Null),
                };
                let (from, to) = (bound(from)?, bound(to)?);
                let found = slice(&base.value, &from, &to)?;
                let mut key = Json::object();
                key.set("start", from);
                key.set("end", to);
                out(machine, base.step(key, found))
            }),
            Filter::Each(term) => self.run(term, item, env, &mut |machine, base| machine.each(&base, out)),
            Filter::Try(body, otherwise) => {
                // What comes after is not part of what is tried.
                let mut after = None;
                let done = self.run(body, item, env, &mut |machine, item| {
                    out(machine, item).map_err(|stop| {
                        after = Some(stop);
                        Stop::Enough
                    })
                });
                match (done, after, otherwise) {
                    (_, Some(stop), _) => Err(stop),
                    (Err(Stop::Error(_)), _, None) => Ok(()),
                    (Err(Stop::Error(why)), _, Some(otherwise)) => self.run(otherwise, &made(why), env, out),
                    (done, _, _) => done,
                }
            }
            Filter::Array(inner) => {
                let mut items = Vec::new();
                if let Some(inner) = inner {
                    items = self.all(inner, &Item::plain(value.clone()), env)?;
                }
                out(self, made(Json::array(items)))
            }
            Filter::Object(members) => self.object(members, Json::object(), value, env, out),
            Filter::Pipe(left, right) => {
                self.run(left, item, env, &mut |machine, item| machine.run(right, &item, env, out))
            }
            Filter::Comma(left, right) => {
                self.run(left, item, env, out)?;
                self.run(right, item, env, out)
            }
            Filter::Negate(inner) => self.run(inner, item, env, &mut |machine, item| match item.value {
                Json::Number(number) => out(machine, Item::plain(Json::Number(-number))),
                other => Err(error(format!("{} cannot be negated", functions::described(&other)))),
            }),
            Filter::Binary(sign, left, right) => self.binary(sign, left, right, item, env, out),
            Filter::If(branches, otherwise) => {
                self.conditional(branches, otherwise.as_deref(), item, env, out)
            }
            Filter::Bind(source, name, body) => {
                self.run(source, &Item::plain(value.clone()), env, &mut |machine, bound| {
                    machine.run(body, item, &env.with(name.clone(), bound.value), out)
                })
            }
            Filter::Reduce(source, name, start, step) => {
                let here = Item::plain(value.clone());
                let mut state = self.one(start, &here, env)?;
                self.run(source, &here, env, &mut |machine, bound| {
                    let env = env.with(name.clone(), bound.value);
                    let before = std::mem::replace(&mut state, Json::Null);
                    state = machine.last(step, &Item::plain(before), &env)?;
                    Ok(())
                })?;
                out(self, made(state))
            }
            Filter::Call(name, arguments) => functions::call(self, name, arguments, item, env, out),
        }
    }

    /// All values of a filter.
    ///
    /// # Errors
    /// As the filter says.
    pub fn all(&mut self, filter: &Filter, item: &Item, env: &Env) -> Result<Vec<Json>, Stop> {
        let mut found = Vec::new();
        self.run(filter, item, env, &mut |_, item| {
            found.push(item.value);
            Ok(())
        })?;
        Ok(found)
    }

    /// The first value of a filter; null if it gives none.
    ///
    /// # Errors
    /// As the filter says.
    pub fn one(&mut self, filter: &Filter, item: &Item, env: &Env) -> Result<Json, Stop> {
        let mut found = None;
        let done = self.run(filter, item, env, &mut |_, item| {
            found = Some(item.value);
            Err(Stop::Enough)
        });
        match (found, done) {
            (Some(value), _) => Ok(value),
            (None, Err(stop)) => Err(stop),
            (None, Ok(())) => Ok(Json::Null),
        }
    }

    fn last(&mut self, filter: &Filter, item: &Item, env: &Env) -> Result<Json, Stop> {
        Ok(self.all(filter, item, env)?.pop().unwrap_or(Json::Null))
    }

    /// The values of an array or object.
    pub fn each(&mut self, base: &Item, out: Out<'_>) -> Done {
        match &base.value {
            Json::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    out(self, base.step(Json::Number(index as f64), item.clone()))?;
                }
                Ok(())
            }
            Json::Object(members) => {
                for (key, value) in members.iter() {
                    out(self, base.step(Json::Text(key.clone()), value.clone()))?;
                }
                Ok(())
            }
            other => Err(error(format!("Cannot iterate over {}", functions::described(other)))),
        }
    }

    /// A value and all that is in it.
    pub fn recurse(&mut self, item: &Item, out: Out<'_>) -> Done {
        self.deeper()?;
        self.step()?;
        out(self, item.clone())?;
        if matches!(item.value, Json::Array(_) | Json::Object(_)) {
            self.each(item, &mut |machine, inner| machine.recurse(&inner, out))?;
        }
        self.depth -= 1;
        Ok(())
    }

    /// A value and all that a filter makes of it, again and again.
    pub fn recurse_with(&mut self, filter: &Filter, item: &Item, env: &Env, out: Out<'_>) -> Done {
        self.deeper()?;
        out(self, item.clone())?;
        self.run(filter, item, env, &mut |machine, inner| machine.recurse_with(filter, &inner, env, out))?;
        self.depth -= 1;
        Ok(())
    }

    fn deeper(&mut self) -> Done {
        self.depth += 1;
        if self.depth > DEEPEST { Err(error("the filter goes too deep")) } else { Ok(()) }
    }

    fn text(
        &mut self,
        format: Option<&str>,
        pieces: &[Piece],
        before: String,
        item: &Item,
        env: &Env,
        out: Out<'_>,
    ) -> Done {
        match pieces.split_first() {
            None => out(self, Item::plain(Json::text(before))),
            Some((Piece::Plain(text), rest)) => self.text(format, rest, before + text, item, env, out),
            Some((Piece::Filter(filter), rest)) => {
                let here = Item::plain(item.value.clone());
                self.run(filter, &here, env, &mut |machine, inner| {
                    let text = functions::format(format.unwrap_or("text"), &inner.value)?;
                    machine.text(format, rest, format!("{before}{text}"), item, env, out)
                })
            }
        }
    }

    fn object(
        &mut self,
        members: &[(Filter, Filter)],
        made: Json,
        value: &Json,
        env: &Env,
        out: Out<'_>,
    ) -> Done {
        let Some(((key, filter), rest)) = members.split_first() else { return out(self, Item::plain(made)) };
        let here = Item::plain(value.clone());
        self.run(key, &here, env, &mut |machine, key| {
            let Json::Text(key) = &key.value else {
                let found = functions::described(&key.value);
                return Err(error(format!("Object keys must be strings, not {found}")));
            };
            machine.run(filter, &here, env, &mut |machine, member| {
                let mut made = made.clone();
                made.set(key, member.value);
                machine.object(rest, made, value, env, out)
            })
        })
    }

    fn conditional(
        &mut self,
        branches: &[(Filter, Filter)],
        otherwise: Option<&Filter>,
        item: &Item,
        env: &Env,
        out: Out<'_>,
    ) -> Done {
        let Some(((condition, body), rest)) = branches.split_first() else {
            return match otherwise {
                Some(otherwise) => self.run(otherwise, item, env, out),
                None => out(self, item.clone()),
            };
        };
        let here = Item::plain(item.value.clone());
        self.run(condition, &here, env, &mut |machine, holds| match holds.value.truth() {
            true => machine.run(body, item, env, out),
            false => machine.conditional(rest, otherwise, item, env, out),
        })
    }

    fn binary(
        &mut self,
        sign: &'static str,
        left: &Filter,
        right: &Filter,
        item: &Item,
        env: &Env,
        out: Out<'_>,
    ) -> Done {
        let here = Item::plain(item.value.clone());
        match sign {
            "//" => {
                let mut any = false;
                let done = self.run(left, item, env, &mut |machine, found| {
                    if !found.value.truth() {
                        return Ok(());
                    }
                    any = true;
                    out(machine, found)
                });
                match done {
                    Err(Stop::Error(_)) if !any => self.run(right, item, env, out),
                    Ok(()) if !any => self.run(right, item, env, out),
                    done => done,
                }
            }
            "and" | "or" => self.run(left, &here, env, &mut |machine, a| {
                if a.value.truth() != (sign == "and") {
                    return out(machine, Item::plain(Json::Bool(a.value.truth())));
                }
                machine.run(right, &here, env, &mut |machine, b| {
                    out(machine, Item::plain(Json::Bool(b.value.truth())))
                })
            }),
            "=" => self.run(right, &here, env, &mut |machine, new| {
                let changed =
                    machine.update(left, &here.value, env, &mut |_, _| Ok(Some(new.value.clone())))?;
                out(machine, Item::plain(changed))
            }),
            "|=" => {
                let changed = self.update(left, &here.value, env, &mut |machine, old| {
                    let mut found = machine.all(right, &Item::plain(old), env)?;
                    Ok((!found.is_empty()).then(|| found.swap_remove(0)))
                })?;
                out(self, Item::plain(changed))
            }
            "+=" | "-=" | "*=" | "/=" | "%=" | "//=" => self.run(right, &here, env, &mut |machine, by| {
                let operator = &sign[..sign.len() - 1];
                let changed = machine.update(left, &here.value, env, &mut |_, old| {
                    Ok(Some(match operator {
                        "//" if old.truth() => old,
                        "//" => by.value.clone(),
                        _ => functions::operate(operator, &old, &by.value)?,
                    }))
                })?;
                out(machine, Item::plain(changed))
            }),
            // The right side runs first, as in jq.
            _ => self.run(right, &here, env, &mut |machine, b| {
                machine.run(left, &here, env, &mut |machine, a| {
                    let result = functions::operate(sign, &a.value, &b.value)?;
                    out(machine, Item::plain(result))
                })
            }),
        }
    }

    /// The paths that a filter leads to.
    ///
    /// # Errors
    /// For a filter that makes values of its own.
    pub fn paths(&mut self, filter: &Filter, value: &Json, env: &Env) -> Result<Vec<Rc<Vec<Json>>>, Stop> {
        let mut found = Vec::new();
        self.run(filter, &Item::root(value.clone()), env, &mut |_, item| match item.path {
            Some(path) => {
                found.push(path);
                Ok(())
            }
            None => Err(error(format!("Invalid path expression with result {}", item.value.compact()))),
        })?;
        Ok(found)
    }

    /// A value with what is at some paths replaced; where there is no new value, it is deleted.
    ///
    /// # Errors
    /// As the filter says.
    pub fn update(
        &mut self,
        filter: &Filter,
        value: &Json,
        env: &Env,
        new: &mut Update<'_>,
    ) -> Result<Json, Stop> {
        let paths = self.paths(filter, value, env)?;
        let mut whole = value.clone();
        let mut gone = Vec::new();
        for path in paths {
            let mut old = whole.clone();
            for key in path.iter() {
                old = get(&old, key)?;
            }
            match new(self, old)? {
                Some(new) => put(&mut whole, &path, new)?,
                None => gone.push(path),
            }
        }
        // From the back, so that the paths of what is left stay true.
        gone.order_by(|a, b| Json::array(b.to_vec()).order(&Json::array(a.to_vec())));
        for path in gone {
            remove(&mut whole, &path)?;
        }
        Ok(whole)
    }
}

/// What is at a key of an object or an index of an array.
pub(super) fn get(base: &Json, key: &Json) -> Result<Json, Stop> {
    match (base, key) {
        (Json::Null, Json::Text(_) | Json::Number(_) | Json::Null | Json::Object(_)) => Ok(Json::Null),
        (Json::Object(_), Json::Text(key)) => Ok(base.member(key).cloned().unwrap_or(Json::Null)),
        (Json::Array(items), Json::Number(index)) => {
            let at = if *index < 0.0 { index + items.len() as f64 } else { *index };
            let found = if at >= 0.0 { items.get(at as usize) } else { None };
            Ok(found.cloned().unwrap_or(Json::Null))
        }
        (_, Json::Object(_)) => {
            let part = |name: &str| key.member(name).cloned().unwrap_or(Json::Null);
            slice(base, &part("start"), &part("end"))
        }
        (other, Json::Text(key)) => {
            Err(error(format!("Cannot index {} with string \"{key}\"", other.kind())))
        }
        (other, key) => Err(error(format!("Cannot index {} with {}", other.kind(), key.kind()))),
    }
}

fn slice(base: &Json, from: &Json, to: &Json) -> Result<Json, Stop> {
    let length = match base {
        Json::Null => return Ok(Json::Null),
        Json::Array(items) => items.len(),
        Json::Text(text) => text.chars().count(),
        other => return Err(error(format!("Cannot index {} with object", other.kind()))),
    };
    let bound = |side: &Json, otherwise: usize, up: bool| match side {
        Json::Null => Ok(otherwise),
        Json::Number(number) => {
            let number = if up { number.ceil() } else { number.floor() };
            let at = if number < 0.0 { number + length as f64 } else { number };
            Ok((at.max(0.0) as usize).min(length))
        }
        _ => Err(error("Start and end indices of an array slice must be numbers")),
    };
    let (from, to) = (bound(from, 0, false)?, bound(to, length, true)?);
    let count = to.saturating_sub(from);
    Ok(match base {
        Json::Array(items) => Json::array(items.iter().skip(from).take(count).cloned().collect()),
        Json::Text(text) => Json::text(text.chars().skip(from).take(count).collect::<String>()),
        _ => Json::Null,
    })
}

/// Puts a value at a path; what is missing on the way is made.
fn put(whole: &mut Json, path: &[Json], new: Json) -> Done {
    let Some((key, rest)) = path.split_first() else {
        *whole = new;
        return Ok(());
    };
    let mut inner = get(whole, key)?;
    put(&mut inner, rest, new)?;
    match key {
        Json::Text(key) => {
            if *whole == Json::Null {
                *whole = Json::object();
            }
            whole.set(key, inner);
        }
        Json::Number(index) => {
            let mut items = match whole {
                Json::Array(items) => items.to_vec(),
                _ => Vec::new(),
            };
            let at = if *index < 0.0 { index + items.len() as f64 } else { *index };
            if at < 0.0 {
                return Err(error("Out of bounds negative array index"));
            }
            let at = at as usize;
            if at > 1_000_000 {
                return Err(error("Array index too large"));
            }
            if at >= items.len() {
                items.resize(at + 1, Json::Null);
            }
            items[at] = inner;
            *whole = Json::array(items);
        }
        _ => return Err(error("Cannot update a slice here")),
    }
    Ok(())
}

fn remove(whole: &mut Json, path: &[Json]) -> Done {
    let Some((key, rest)) = path.split_first() else {
        *whole = Json::Null;
        return Ok(());
    };
    if !rest.is_empty() {
        let mut inner = get(whole, key)?;
        if inner == Json::Null {
            return Ok(());
        }
        remove(&mut inner, rest)?;
        return put(whole, std::slice::from_ref(key), inner);
    }
    match (whole, key) {
        (Json::Object(members), Json::Text(key)) => Rc::make_mut(members).retain(|(name, _)| name != key),
        (Json::Array(items), Json::Number(index)) => {
            let at = if *index < 0.0 { index + items.len() as f64 } else { *index };
            if at >= 0.0 && (at as usize) < items.len() {
                Rc::make_mut(items).remove(at as usize);
            }
        }
        (Json::Null, _) => {}
        (other, key) => {
            return Err(error(format!("Cannot delete field at {} of {}", key.kind(), other.kind())));
        }
    }
    Ok(())
}
