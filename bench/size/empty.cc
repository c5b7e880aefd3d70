// What a program weighs before nanospan::core comes in.
int main() {}
