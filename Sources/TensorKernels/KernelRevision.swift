/// The revision of the kernels in CTensorKernels and of the functions in this module that choose between them.
///
/// Raise it with every change to any of their bits. It is part of `BLASEnvironment.kernelFamily`: features that an
/// earlier revision left in a cache are not found any more, and workers of two revisions do not train one job.
/// `KernelBitsTests` holds the digest of each revision.
public enum KernelRevision {
    public static let current = 4
}
