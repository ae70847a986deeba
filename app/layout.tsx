import "@fontsource-variable/geist-mono/wght.css";
import "./globals.css";
import { clsx } from "clsx";
import type { Metadata, Viewport } from "next";
import localFont from "next/font/local";
import type { ReactNode } from "react";
import { I18nProvider } from "@/components/lib/i18n/provider";
import { readerOf } from "@/components/lib/i18n/request";

// Pretendard in three files (bench/fonts.mjs): English needs the first, the room in Korean two, what people write all of them.
const latin = localFont({ src: "./fonts/latin.woff2", weight: "400 650", variable: "--latin" });
const hangulSaid = localFont({
  src: "./fonts/hangul-said.woff2",
  weight: "400 650",
  variable: "--hangul-said",
  preload: false,
  adjustFontFallback: false,
  declarations: [{ prop: "unicode-range", value: "U+3000-318F, U+AC00-D7A3" }],
});
const hangulCommon = localFont({
  src: "./fonts/hangul-common.woff2",
  weight: "400 650",
  variable: "--hangul-common",
  preload: false,
  adjustFontFallback: false,
  declarations: [{ prop: "unicode-range", value: "U+AC00-D7A3" }],
});

export const metadata: Metadata = {
  description: "The control room of a self-healing gateway for AI model APIs.",
  robots: { index: false, follow: false },
};

export const viewport: Viewport = {
  colorScheme: "light dark",
  viewportFit: "cover",
  themeColor: [
    { media: "(prefers-color-scheme: light)", color: "#f7f6f4" },
    { media: "(prefers-color-scheme: dark)", color: "#121110" },
  ],
};

/**
 * The first of Intl's formats of each kind looks through all locales: a tenth of a second of a slow machine. While the styles
 * are on their way there is nothing else to do; later it would be in the way of the first press.
 */
const warmUp = `setTimeout(()=>{for(const kind of ["NumberFormat","DateTimeFormat","PluralRules"])new Intl[kind](document.documentElement.lang)})`;

export default async function RootLayout({ children }: { children: ReactNode }) {
  const { locale, timeZone, browserZone, messages } = await readerOf();
  return (
    // next-themes sets the theme's attribute before React arrives.
    <html
      lang={locale}
      className={clsx(latin.variable, hangulSaid.variable, hangulCommon.variable)}
      suppressHydrationWarning
    >
      <body>
        <script dangerouslySetInnerHTML={{ __html: warmUp }} />
        <I18nProvider
          locale={locale}
          timeZone={timeZone}
          browserZone={browserZone}
          messages={messages}
        >
          {children}
        </I18nProvider>
      </body>
    </html>
  );
}
