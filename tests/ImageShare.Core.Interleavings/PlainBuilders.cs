using Mono.Cecil;

namespace ImageShare.Core.Interleavings;

/// <summary>
/// Coyote's rewriter does not know the pooling builder of async methods, and writes invalid code for it. The plain builder has the same members, so its name is put
/// in its place.
/// </summary>
internal static class PlainBuilders
{
    private const string Pooling = "PoolingAsyncValueTaskMethodBuilder";
    private const string Plain = "AsyncValueTaskMethodBuilder";

    public static void Use(string path)
    {
        using var assembly = new MemoryStream(File.ReadAllBytes(path));
        using ModuleDefinition module = ModuleDefinition.ReadModule(assembly);
        foreach (TypeReference reference in module.GetTypeReferences().Where(static type => type.Name.StartsWith(Pooling, StringComparison.Ordinal)))
        {
            reference.Name = Plain + reference.Name[Pooling.Length..];
        }

        module.Write(path);
    }
}
