type Equal<Left, Right> =
  (<T>() => T extends Left ? 1 : 2) extends <T>() => T extends Right ? 1 : 2 ? true : false;

/** For type tests: a call compiles only if both types are the same. */
export function same<Left, Right>(..._: Equal<Left, Right> extends true ? [] : [never]): void {}
