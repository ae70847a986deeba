import "@fontsource-variable/geist-mono/wght.css";
import "pretendard/dist/web/variable/pretendardvariable-dynamic-subset.css";
import "./globals.css";
import type { Metadata, Viewport } from "next";
import type { ReactNode } from "react";
import { I18nProvider } from "@/components/lib/i18n/provider";
import { readerOf } from "@/components/lib/i18n/request";

export const metadata: Metadata = {
  title: "Bellwether",
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

export default async function RootLayout({ children }: { children: ReactNode }) {
  const { locale, timeZone, messages } = await readerOf();
  return (
    // next-themes sets the theme's attribute before React arrives.
    <html lang={locale} suppressHydrationWarning>
      <body>
        <I18nProvider locale={locale} timeZone={timeZone} messages={messages}>
          {children}
        </I18nProvider>
      </body>
    </html>
  );
}
