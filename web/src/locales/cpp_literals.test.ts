// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { literalsOf, skeletonOf } from './cpp_literals';

test('literals that stand next to each other are one, whatever is between them', () => {
  const source = `#include "not/this.hpp"
    f("one "
      "two", "three");  // "no comment"
    g("four " /* "nor this" */ "five" + x + "six");`;
  expect(literalsOf(source)).toEqual(['one two', 'three', 'four five', 'six']);
});

test('quotes in literals, raw literals and characters do not confuse it', () => {
  const source = String.raw`c == '"' || n == 1'000; f("say \"yes\"\n"); g(R"(raw "one")"); h(R"x(a)")x" "b"s);`;
  expect(literalsOf(source)).toEqual(['say "yes"\n', 'raw "one"', 'a)"b']);
});

test('a skeleton is the same in C++ and in a catalog', () => {
  expect(skeletonOf('disk {:#04x} of {}: {why}')).toBe('disk {} of {}:');
  expect(skeletonOf('disk {0} of {1}: {2}.')).toBe('disk {} of {}:');
  expect(skeletonOf(' was kept as {} ')).toBe(skeletonOf('{0} was kept as {1}'));
  expect(skeletonOf('{{url = {}}}, at')).toBe(skeletonOf('{{url = {0}}}, at'));
});
