# Installing, with the man page.
.PHONY: install uninstall lint-man
install: all
	install -D -m 755 $(BUILD)/sextant $(DESTDIR)$(PREFIX)/bin/sextant
	install -D -m 644 $(BUILD)/demo.db $(DESTDIR)$(PREFIX)/share/sextant/demo.db
	install -D -m 644 docs/sextant.1 $(DESTDIR)$(PREFIX)/share/man/man1/sextant.1

uninstall:
	rm -f $(DESTDIR)$(PREFIX)/bin/sextant $(DESTDIR)$(PREFIX)/share/man/man1/sextant.1
	rm -rf $(DESTDIR)$(PREFIX)/share/sextant

# Fails on anything that groff complains about.
lint-man:
	@sh tests/check_man.sh docs/sextant.1

# The pictures of the README and the gallery, taken from the program as it is.
.PHONY: gallery
gallery: all
	@sh tests/packages.sh install gallery
	sh docs/gallery.sh $(BUILD)/sextant docs/gallery
