// never gives its thread back
for (;;);
