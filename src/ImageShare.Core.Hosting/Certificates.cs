using System.Security.Cryptography.X509Certificates;

namespace ImageShare.Core.Hosting;

/// <summary>Certificates from PEM files. They live as long as the process: the client uses them until it ends.</summary>
internal static class Certificates
{
    public static X509Certificate2 WithKey(string certificate, string key)
    {
        using var read = X509Certificate2.CreateFromPemFile(certificate, key);

        // Windows does not serve with a key that is only in memory.
        return OperatingSystem.IsWindows() ? X509CertificateLoader.LoadPkcs12(read.Export(X509ContentType.Pkcs12), null) : new X509Certificate2(read);
    }

    public static IReadOnlyList<X509Certificate2> All(string file)
    {
        var read = new X509Certificate2Collection();
        read.ImportFromPemFile(file);
        return read.Count > 0 ? [.. read] : throw new ArgumentException("there is no certificate in it");
    }
}
