DROP TABLE IF EXISTS users;
DROP TABLE IF EXISTS sessions;
DROP TABLE IF EXISTS courses;
DROP TABLE IF EXISTS enrolments;

CREATE TABLE users (email TEXT PRIMARY KEY, name TEXT NOT NULL, password TEXT NOT NULL);
CREATE TABLE sessions (token TEXT PRIMARY KEY, email TEXT NOT NULL, expires_at INTEGER NOT NULL);
CREATE TABLE courses (id INTEGER PRIMARY KEY, title TEXT NOT NULL, teacher TEXT NOT NULL, certificate TEXT);
CREATE TABLE enrolments (course INTEGER NOT NULL, email TEXT NOT NULL, PRIMARY KEY (course, email));

-- Each password is the family name in lower case; stored are salt and hash, see src/passwords.ts.
INSERT INTO users (email, name, password) VALUES
  ('ada@example.com', 'Ada Lovelace', '/e5DDUC9V97qwYbNl5ADPQ==$uvblQ6HG0Ou8pILYF+F0cc5OSj9b7cGVr4fPp5ya8V0='),
  ('alan@example.com', 'Alan Turing', '20IygRIXfC1vL2yn8zyOgQ==$BNENyvxRQr96HPaHX3FLdScD8sQ14ZFDJWxTDdvyOrU='),
  ('barbara@example.com', 'Barbara Liskov', 'TahgpZpG6Iwrcacbr3ouLQ==$vig21L6UB8R6ZYjlLX2N6l40B9JnusH6P7tdwA1mH20='),
  ('edsger@example.com', 'Edsger Dijkstra', 'aJkAjF+WS0aL8sRZBRlaRg==$mlDDdF8eCI+DONVoXbLxcp0nKfK21qsiQVy3bKle6CM='),
  ('grace@example.com', 'Grace Hopper', '4BD9HOGswXPjtINbdjX41A==$GGwPHFtIvS44ODuSvjkoQhgzRUYO946YaeXbKKQBHM0='),
  ('katherine@example.com', 'Katherine Johnson', '9b5LYuHEX2FRskfcrlE9qA==$z9ckufngvuTAvV9TXjCXFt4jhR5G1ho7UoYKHV4WBA4=');

INSERT INTO courses (id, title, teacher, certificate) VALUES
  (1, 'Notes on the Analytical Engine', 'Ada Lovelace', 'Certificate'),
  (2, 'Computable Numbers', 'Alan Turing', 'Certificate'),
  (3, 'Abstract Data Types', 'Barbara Liskov', 'Certificate with honours'),
  (4, 'Distributed Algorithms', 'Barbara Liskov', 'in print'),
  (5, 'Structured Programming', 'Edsger Dijkstra', 'Certificate'),
  (6, 'Shortest Paths', 'Edsger Dijkstra', 'in print'),
  (7, 'Compilers', 'Grace Hopper', 'Certificate'),
  (8, 'Programming in COBOL', 'Grace Hopper', NULL),
  (9, 'Orbital Mechanics by Hand', 'Katherine Johnson', 'Certificate'),
  (10, 'Machines That Think', 'Alan Turing', NULL);
