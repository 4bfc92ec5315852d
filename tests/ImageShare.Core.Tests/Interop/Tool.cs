namespace ImageShare.Core.Tests.Interop;

/// <summary>A program of somebody else. Where it is not installed the test is skipped, visibly.</summary>
/// <param name="Name">Its file name.</param>
/// <param name="Package">The Debian package it comes with.</param>
internal sealed record Tool(string Name, string Package)
{
    public static Tool Sipp { get; } = new("sipp", "sip-tester");

    public static Tool Kamailio { get; } = new("kamailio", "kamailio");

    public static Tool Dnsmasq { get; } = new("dnsmasq", "dnsmasq-base");

    public static Tool Tshark { get; } = new("tshark", "tshark");

    private static readonly string[] Folders =
        [.. (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(Path.PathSeparator), "/usr/sbin", "/usr/local/sbin"];

    /// <summary>Ends the test as skipped when kamailio is there without its TLS module, a package of its own.</summary>
    public static void RequireKamailioTls() => RequireKamailioModules("tls.so");

    /// <summary>Ends the test as skipped when kamailio is there without one of these modules.</summary>
    public static void RequireKamailioModules(params ReadOnlySpan<string> modules)
    {
        Kamailio.Require();
        foreach (string module in modules)
        {
            if (!Directory.EnumerateDirectories("/usr/lib").Append("/usr/local/lib").Any(folder => File.Exists(Path.Combine(folder, "kamailio", "modules", module))))
            {
                string package = module is "outbound.so" or "stun.so" ? "kamailio-outbound-modules" : "kamailio-tls-modules";
                Assert.Ignore($"kamailio has no {module}; apt-get install {package} and run this test again.");
            }
        }
    }

    /// <summary>Where it is; ends the test as skipped when it is nowhere.</summary>
    public string Require()
    {
        foreach (Tool tool in (ReadOnlySpan<Tool>)[this, ChildProcess.TimeLimit])
        {
            if (tool.Find() is null)
            {
                Assert.Ignore($"{tool.Name} is not installed; apt-get install {tool.Package} and run this test again.");
            }
        }

        return Find()!;
    }

    public string? Find() => Folders.Where(f => f.Length > 0).Select(folder => Path.Combine(folder, Name)).FirstOrDefault(File.Exists);
}
