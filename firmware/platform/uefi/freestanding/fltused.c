// The Windows target's objects name this where they use vector registers; a C library would have it.
extern int _fltused;
int _fltused = 1;
